"""The HTTP door with the real server in a process of its own, as it runs in production."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from {{ cookiecutter.package }} import web_config
from {{ cookiecutter.package }}.desk import Desk, Message
from {{ cookiecutter.package }}.privacy import ENVIRONMENT
from {{ cookiecutter.package }}.web import create_app, serve
from {{ cookiecutter.package }}.web_config import WebConfig

PROJECT = Path(__file__).resolve().parents[1]
DESCRIBED = json.loads((PROJECT / "docs" / "example.json").read_text(encoding="utf-8"))
LIMITS = web_config.load(PROJECT / "conf" / "web.yaml", port=0)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    text: str
    seconds: float

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.text)


def call(url: str, body: bytes | None = None) -> Reply:
    """GET, or POST where there is a body."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    begin = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return Reply(reply.status, reply.read().decode(), time.perf_counter() - begin)
    except urllib.error.HTTPError as error:
        return Reply(error.code, error.read().decode(), time.perf_counter() - begin)


@contextmanager
def running(runs: Path, data: Path) -> Iterator[str]:
    """The server in its own process; its address."""
    command = [sys.executable, "-m", "{{ cookiecutter.package }}.web", "--port", "0", "--runs", str(runs)]
    command += ["--data", str(data)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), ENVIRONMENT: "00" * 32}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            pytest.fail(f"the server did not start: {line}{server.communicate(timeout=30)[1]}")
        try:
            yield found[0]
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) in (0, -signal.SIGTERM)


@pytest.fixture(scope="module")
def served(finished: Any, data: Path) -> Iterator[str]:
    """The released model, over HTTP."""
    with running(finished.run.folder.parent, data) as address:
        yield address


{% if "forecast" in cookiecutter.layers -%}
@pytest.fixture(scope="session")
def example(messages: list[Any]) -> bytes:
    """An hour over the small world's region; the described one is over that of the first command."""
    return json.dumps(messages[0]).encode()
{%- else -%}
@pytest.fixture(scope="session")
def example() -> bytes:
    """The message that the description shows."""
    return json.dumps(DESCRIBED).encode()
{%- endif %}


def test_the_example_gets_an_answer_that_is_logged(served: str, example: bytes, finished: Any) -> None:
    reply = call(f"{served}/answers", example)
    assert reply.status == 200, reply.text
    assert reply.json["model"] == finished.run.id
    log = (finished.run.folder.parent / "predictions.jsonl").read_text(encoding="utf-8")
    logged = json.loads(log.splitlines()[-1])
    assert {"model", "configuration"} <= set(logged) & set(reply.json)
    assert logged["model"] == finished.run.id
    assert logged["configuration"] == reply.json["configuration"]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"half a mess", 400, "no JSON"),
        (b"[1, 2]", 400, "one JSON object"),
        (b'{"a": NaN}', 400, "NaN is no number"),
        (b"\xff\xfe", 400, "no JSON"),
        (b"{}", 422, ""),
        (b'{"nothing": "of this"}', 422, ""),
        (b'{"a": "' + b"x" * LIMITS.max_message_bytes + b'"}', 413, "at most"),
    ],
)
def test_a_bad_message_gets_its_status_and_a_reason(served: str, body: bytes, status: int, reason: str) -> None:
    reply = call(f"{served}/answers", body)
    assert reply.status == status, reply.text
    assert reply.json.keys() == {"error"}
    assert len(reply.json["error"].split()) >= 3
    assert reason in reply.json["error"]


def test_other_paths_and_methods_are_not_there(served: str) -> None:
    assert call(f"{served}/answer", b"{}").status == 404
    assert call(f"{served}/answers").status == 405


def test_health_says_which_model_answers(served: str, finished: Any) -> None:
    reply = call(f"{served}/health")
    assert reply.status == 200
    assert (reply.json["status"], reply.json["model"]) == ("ok", finished.run.id)


def test_metrics_count_every_message_by_its_status(served: str) -> None:
    def refused() -> float:
        text = call(f"{served}/metrics").text
        found = re.search(r'^{{ cookiecutter.package }}_requests_total\{status="422"\} (\S+)$', text, flags=re.MULTILINE)
        return float(found[1]) if found else 0.0

    before = refused()
    call(f"{served}/answers", b"{}")
    assert refused() == before + 1


def test_the_description_shows_the_example(served: str) -> None:
    content = call(f"{served}/openapi.json").json["paths"]["/answers"]["post"]["requestBody"]["content"]
    assert content["application/json"]["example"] == DESCRIBED


def test_the_way_through_http_costs_little(served: str) -> None:
    call(f"{served}/answers", b"{}")
    taken = sorted(call(f"{served}/answers", b"{}").seconds for _ in range(50))
    assert taken[len(taken) // 2] < 0.1, "the middle one of 50: test machines are shared"


def test_a_damaged_model_is_told_and_somebody_else_answers(
    finished: Any, example: bytes, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "runs" / finished.run.id
    folder.mkdir(parents=True)
    for name in ("run.json", "model.json"):
        source = finished.run.folder / name
        if source.exists():
            (folder / name).write_bytes(source.read_bytes())
    (folder / "model.json").write_text('{"not": "the model"}', encoding="utf-8")
    with running(tmp_path / "runs", data) as address:
        health, reply = call(f"{address}/health").json, call(f"{address}/answers", example)
        assert "_fallback{" in call(f"{address}/metrics").text
    assert health["status"] == "fallback"
    assert health["problem"]
    assert reply.status == 200
    assert reply.json["model"] == health["model"] != finished.run.id


def test_without_a_run_it_says_what_to_do(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "{{ cookiecutter.package }}.web", "--port", "0", "--runs", str(tmp_path)]
    command += ["--data", str(data)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), ENVIRONMENT: "00" * 32}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 2
    assert "project.py train" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_configuration_refuses_unknown_keys_and_wrong_ranges(tmp_path: Path) -> None:
    text = (PROJECT / "conf" / "web.yaml").read_text(encoding="utf-8")
    for wrong, named in (("prt: 1", "prt"), ("port: 70000", "port"), ("max_waiting: 0", "max_waiting")):
        (tmp_path / "web.yaml").write_text(f"{text}{wrong}\n", encoding="utf-8")
        with pytest.raises(ValidationError, match=named):
            web_config.load(tmp_path / "web.yaml")


@contextmanager
def in_a_thread(desk: Desk, settings: WebConfig) -> Iterator[str]:
    """A desk of the test's own behind the real server; the address."""
    app = create_app(desk, settings, example={})
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(app, settings, listening), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.close()


def test_a_crowd_is_turned_away_and_a_late_answer_is_not_awaited() -> None:
    finish = threading.Event()

    def slow(message: Message) -> dict[str, Any]:
        assert finish.wait(timeout=30)
        return dict(message)

    desk = Desk(slow, (), model="slow", configuration="none")
    settings = LIMITS.model_copy(update={"max_waiting": 2, "answer_within_s": 1.0})
    with in_a_thread(desk, settings) as address:
        replies: list[Reply] = []
        crowd = [threading.Thread(target=lambda: replies.append(call(f"{address}/answers", b"{}"))) for _ in range(4)]
        for caller in crowd:
            caller.start()
        for caller in crowd:
            caller.join(timeout=30)
        assert sorted(reply.status for reply in replies) == [503, 503, 504, 504]
        finish.set()
        deadline = time.monotonic() + 10
        while "_waiting 0.0" not in call(f"{address}/metrics").text:
            assert time.monotonic() < deadline, "what was begun is not finished"
        assert call(f"{address}/answers", b'{"a": 1}').json == {"a": 1}


def test_a_fault_of_the_service_is_told_as_its_own_and_not_in_detail() -> None:
    def broken(_: Message) -> dict[str, Any]:
        raise KeyError("a secret")

    with in_a_thread(Desk(broken, (), model="broken", configuration="none"), LIMITS) as address:
        reply = call(f"{address}/answers", b"{}")
    assert reply.status == 500
    assert "secret" not in reply.text
