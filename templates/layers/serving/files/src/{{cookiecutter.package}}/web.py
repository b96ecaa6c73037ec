"""The HTTP door: POST a message to /answers, get the service's answer; /health and /metrics tell how it is.

    python3 project.py python -m {{ cookiecutter.package }}.web
    curl -d @docs/example.json http://127.0.0.1:8000/answers

One thread answers, message after message, as the service wants it: more throughput is more processes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from {{ cookiecutter.package }} import config as configs
from {{ cookiecutter.package }} import desk as desks
from {{ cookiecutter.package }} import web_config
from {{ cookiecutter.package }}.desk import Answer, Desk, Message, NotAMessage
from {{ cookiecutter.package }}.opening import open_desk
from {{ cookiecutter.package }}.web_config import WebConfig
from {{ cookiecutter.package }}.web_metrics import Metrics

PROJECT = Path(__file__).resolve().parents[2]
LOG = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process is told to stop; 2 is a mistake the user can mend."""
    parser = argparse.ArgumentParser(prog="{{ cookiecutter.package }}.web", description="The service over HTTP.")
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "world", help="folder of the tables")
    parser.add_argument("--runs", type=Path, default=PROJECT / "runs", help="folder of the runs")
    parser.add_argument("--host", help="address to listen on, instead of the configured one")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for any free one")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = web_config.load(PROJECT / "conf" / "web.yaml", host=given.host, port=given.port)
        model_settings = configs.load(PROJECT / "conf")
        example = json.loads((PROJECT / "docs" / "example.json").read_text(encoding="utf-8"))
        with (
            socket.create_server((settings.host, settings.port)) as listening,
            open_desk(model_settings, project=PROJECT, data=given.data, runs=given.runs) as desk,
        ):
            serve(create_app(desk, settings, example=example), settings, listening)
    except (OSError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


def serve(app: FastAPI, settings: WebConfig, listening: socket.socket) -> None:
    """Answer on an open socket until SIGINT or SIGTERM; what has begun by then is finished."""
    host, port = listening.getsockname()[:2]
    print(f"listening on http://{host}:{port}", flush=True)
    server = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=settings.close_within_s
    )
    uvicorn.Server(server).run(sockets=[listening])


class Refusal(Exception):
    """No answer: an HTTP status, and in words what the caller can do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Clerk:
    """The desk behind one thread, and the queue before it."""

    def __init__(self, desk: Desk, worker: ThreadPoolExecutor, config: WebConfig) -> None:
        self.desk, self.metrics = desk, Metrics(desk)
        self._worker, self._config, self._waiting = worker, config, 0

    async def ask(self, body: bytes) -> Answer:
        """The answer to a message's bytes. Raises `Refusal` for every other end."""
        if self._waiting >= self._config.max_waiting:
            raise Refusal(503, f"{self._waiting} messages wait already; try again in a moment")
        try:
            message = desks.parse(body)
        except NotAMessage as error:
            raise Refusal(400, str(error)) from error
        asked = asyncio.get_running_loop().run_in_executor(self._worker, self.desk.answer, message)
        self._count(1)
        asked.add_done_callback(lambda _: self._count(-1))
        try:
            # Shielded: the service finishes what it has begun, so that its log and its state agree.
            return await asyncio.wait_for(asyncio.shield(asked), self._config.answer_within_s)
        except TimeoutError as error:
            # Nobody awaits the answer any more; an exception in it must not be reported as forgotten.
            asked.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise Refusal(504, f"no answer within {self._config.answer_within_s:g} s; one may be logged") from error
        except self.desk.refusals as error:
            raise Refusal(422, str(error)) from error
        except Exception as error:
            LOG.exception("the service failed")
            raise Refusal(500, "the service failed; its log says why") from error

    def _count(self, change: int) -> None:
        self._waiting += change
        self.metrics.waiting(self._waiting)


def create_app(desk: Desk, config: WebConfig, *, example: Message) -> FastAPI:
    """The application before an open desk; `example` is the message that its description shows."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk") as worker:
            app.state.clerk = Clerk(desk, worker, config)
            yield

    # The pages that FastAPI offers load scripts from elsewhere; /openapi.json stands alone.
    app = FastAPI(title="{{ cookiecutter.project_name }}", docs_url=None, redoc_url=None, lifespan=lifespan)
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}

    @app.post("/answers", openapi_extra={"requestBody": {"required": True, "content": content}})
    async def answers(request: Request) -> Response:
        """The answer to one message. 400: no message; 413: too long; 422: refused, with the reason; 503, 504: later."""
        clerk: Clerk = request.app.state.clerk
        return await _timed(clerk, _answer(request, clerk, config))

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Who answers. `fallback` is well enough to take messages, and somebody should look."""
        told = {"status": "fallback" if desk.problem else "ok", "problem": desk.problem}
        return {**told, "model": desk.model, "configuration": desk.configuration}

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        """Counts and times for Prometheus."""
        clerk: Clerk = request.app.state.clerk
        return Response(clerk.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return app


async def _answer(request: Request, clerk: Clerk, config: WebConfig) -> Answer:
    body = bytearray()
    try:
        async with asyncio.timeout(config.answer_within_s):
            async for part in request.stream():
                body += part
                if len(body) > config.max_message_bytes:
                    raise Refusal(413, f"a message has at most {config.max_message_bytes} bytes")
    except TimeoutError as error:
        raise Refusal(408, f"the message was not whole within {config.answer_within_s:g} s") from error
    return await clerk.ask(bytes(body))


async def _timed(clerk: Clerk, answer: Awaitable[Answer]) -> Response:
    begin, status = time.perf_counter(), 200
    try:
        return JSONResponse(await answer)
    except Refusal as refusal:
        status = refusal.status
        headers = {"Retry-After": "1"} if status == 503 else None
        return JSONResponse({"error": str(refusal)}, status_code=status, headers=headers)
    finally:
        clerk.metrics.answered(status=status, seconds=time.perf_counter() - begin)


if __name__ == "__main__":
    sys.exit(main())
