"""Serving computes what training and evaluation computed, bit by bit, and so does a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from {{ cookiecutter.package }} import blend
from {{ cookiecutter.package }}.catalogue import Media
from {{ cookiecutter.package }}.config import Config, ExplorationConfig
from {{ cookiecutter.package }}.evaluate import TOP
from {{ cookiecutter.package }}.features import Vectors
from {{ cookiecutter.package }}.pipeline import Finished
from {{ cookiecutter.package }}.serve import Service
from {{ cookiecutter.package }}.train import Prepared, cases


def test_the_service_scores_as_the_evaluation_did(
    service: Service, prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config
) -> None:
    for case in cases(prepared, vectors, prepared.test[::20], settings):
        score, values = service.score(case.request.user, service._state(case.request.moment))
        assert np.array_equal(values, case.values)
        assert np.array_equal(score, case.values @ finished.model.weights)


def test_the_service_shows_the_list_that_was_evaluated(
    service: Service, prepared: Prepared, finished: Finished, vectors: Vectors, settings: Config
) -> None:
    service.config = settings.model_copy(update={"exploration": ExplorationConfig(share_of_slots=1e-12)})
    for case in cases(prepared, vectors, prepared.test[::20], settings):
        answer = service.recommend({"user": case.request.user, "at": case.request.moment})
        items = case.state.item[case.candidates]
        order = blend.order((case.values @ finished.model.weights)[case.candidates], items)
        assert [slot.item for slot in answer.items] == items[order[:TOP]].tolist()


def test_the_stored_model_gives_the_same_vectors_in_a_fresh_process(
    finished: Finished, media: Media, vectors: Vectors, project: Path, tmp_path: Path
) -> None:
    np.savez(tmp_path / "media.npz", item=media.item, image=media.image, audio=media.audio)
    script = (
        "import sys, numpy as np, torch; from pathlib import Path; from {{ cookiecutter.package }} import model; "
        "from {{ cookiecutter.package }}.catalogue import Media; torch.set_num_threads(1); "
        "m, _ = model.load(Path(sys.argv[1])); f = np.load(sys.argv[2]); "
        "v = m.learned.vectors(Media(f['item'], f['image'], f['audio'])); "
        "np.savez(sys.argv[3], als=v.als, content=v.content, weights=m.weights)"
    )
    arguments = [str(finished.run.folder), str(tmp_path / "media.npz"), str(tmp_path / "out.npz")]
    environment = {**os.environ, "PYTHONPATH": str(project / "src")}
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, env=environment, timeout=120)
    with np.load(tmp_path / "out.npz") as found:
        assert np.array_equal(found["als"], vectors.als)
        assert np.array_equal(found["content"], vectors.content)
        assert np.array_equal(found["weights"], finished.model.weights)
