"""The journal holds every experiment, good or bad, and shows when one is gone or the target has moved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from {{ cookiecutter.package }} import journal, pipeline
from {{ cookiecutter.package }}.config import Config
from {{ cookiecutter.package }}.journal import FAILED, FINISHED, BrokenJournal
from {{ cookiecutter.package }}.pipeline import Finished


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A journal of four experiments, one of which failed."""
    path = tmp_path / "experiments.jsonl"
    for number, recall in enumerate((0.31, None, 0.12, 0.42)):
        outcome = FAILED if recall is None else FINISHED
        journal.append(path, run=f"run-{number}", outcome=outcome, recall=recall, target=0.6, record=None)
    return path


def test_a_run_stands_in_the_journal(finished: Finished, history: Path) -> None:
    entry = journal.verify(history, finished.run.folder.parent)[0]
    assert (entry.run, entry.outcome, entry.recall) == (finished.run.id, FINISHED, finished.assessment.model.recall)


def test_a_run_below_the_bar_stands_in_the_journal_too(
    data: Path, project: Path, settings: Config, tmp_path: Path
) -> None:
    impossible = settings.quality.model_copy(update={"min_recall": 1.0})
    short = settings.model.model_copy(update={"rounds": 1, "members": 2})
    below = settings.model_copy(update={"quality": impossible, "model": short})
    path = tmp_path / "experiments.jsonl"
    found = pipeline.run(below, data=data, project=project, runs=tmp_path / "runs", history=path)
    assert found.assessment.shortfalls
    assert [entry.run for entry in journal.verify(path, tmp_path / "runs")] == [found.run.id]


def test_a_run_that_breaks_off_stands_in_the_journal_too(project: Path, settings: Config, tmp_path: Path) -> None:
    path = tmp_path / "experiments.jsonl"
    with pytest.raises(FileNotFoundError, match="no data"):
        pipeline.run(settings, data=tmp_path, project=project, runs=tmp_path / "runs", history=path)
    entries = journal.read(path)
    assert [(entry.outcome, entry.recall) for entry in entries] == [(FAILED, None)]
    assert journal.results(entries) == [0.0]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_dropped_experiment_breaks_the_chain(filled: Path, gone: int) -> None:
    lines = filled.read_text(encoding="utf-8").splitlines()
    filled.write_text("\n".join(lines[:gone] + lines[gone + 1 :]) + "\n", encoding="utf-8")
    with pytest.raises(BrokenJournal, match=r"missing|does not follow"):
        journal.read(filled)


def test_renumbering_what_is_left_does_not_mend_the_chain(filled: Path) -> None:
    kept = [json.loads(line) for line in filled.read_text(encoding="utf-8").splitlines() if '"failed"' not in line]
    renumbered = [{**entry, "number": number} for number, entry in enumerate(kept, start=1)]
    filled.write_text("".join(json.dumps(entry) + "\n" for entry in renumbered), encoding="utf-8")
    with pytest.raises(BrokenJournal, match="does not follow"):
        journal.read(filled)


def test_a_better_figure_written_in_later_breaks_the_chain(filled: Path) -> None:
    text = filled.read_text(encoding="utf-8")
    filled.write_text(text.replace("0.12", "0.52"), encoding="utf-8")
    with pytest.raises(BrokenJournal, match="does not follow"):
        journal.read(filled)


def test_a_broken_journal_stops_the_next_experiment(filled: Path) -> None:
    filled.write_text("\n".join(filled.read_text(encoding="utf-8").splitlines()[1:]) + "\n", encoding="utf-8")
    before = filled.read_bytes()
    with pytest.raises(BrokenJournal):
        journal.append(filled, run="next", outcome=FINISHED, recall=0.9, target=0.6, record=None)
    assert filled.read_bytes() == before


def test_the_newest_entry_cannot_be_cut_off_while_its_run_is_there(finished: Finished, tmp_path: Path) -> None:
    runs, path = tmp_path / "runs", tmp_path / "experiments.jsonl"
    shutil.copytree(finished.run.folder, runs / finished.run.id)
    with pytest.raises(BrokenJournal, match="no experiment may be left out"):
        journal.verify(path, runs)


def test_an_altered_record_is_seen(finished: Finished, history: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(finished.run.folder, runs / finished.run.id)
    record = runs / finished.run.id / "run.json"
    record.write_text(record.read_text(encoding="utf-8").replace('"passed": true', '"passed": false'), encoding="utf-8")
    with pytest.raises(BrokenJournal, match="not as the journal recorded it"):
        journal.verify(history, runs)


def test_a_moved_target_is_told(filled: Path) -> None:
    assert journal.moved_targets(journal.read(filled), 0.6) == []
    assert journal.moved_targets(journal.read(filled), 0.4) == ["before experiment 5 the target went from 0.60 to 0.40"]
