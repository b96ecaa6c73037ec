"""DEP101."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Place, Project, RequirementsDocument, Rule, Severity

_FRAMEWORKS = (
    "torch", "tensorflow", "keras", "jax", "scikit-learn", "transformers", "lightning", "pytorch-lightning", "xgboost", "lightgbm",
    "catboost", "torchvision", "datasets", "accelerate", "numpy", "pandas", "polars", "pyspark",
)  # fmt: skip
_LEARNING = frozenset({
    *_FRAMEWORKS, "pytorch", "tensorflow-gpu", "tensorflow-cpu", "sklearn", "openai", "anthropic", "langchain", "evaluate", "jiwer",
    "opencv-python", "opencv-python-headless", "ray", "nltk", "spacy", "gensim", "statsmodels", "scipy", "h5py",
    "librosa", "onnx", "onnxruntime", "sentence-transformers", "diffusers", "peft", "bitsandbytes", "fastai", "gym", "gymnasium",
    "stable-baselines3", "timm", "albumentations", "ultralytics", "shap", "lime", "flax", "darts",
    "prophet", "dask", "imbalanced-learn", "joblib",
})  # fmt: skip
_FAMILIES = ("tensorflow-", "torch-", "jax-", "keras-", "llama-index", "langchain-", "faiss-", "xgboost-", "ray-")
_CLASSIFIERS = regex(r"classifiers\s*=")
_INDIRECT = ("doc", "mkdocs", "test", "dev", "lint", "example", "requirements.in", "binder", ".binder", "constraint")


class UnpinnedDependency(Rule):
    """An application's dependencies have no exact versions, and no lock stands beside them.

    ## What it finds
    A requirements file, conda environment, Pipfile or pyproject.toml of an application in which a library of machine learning or data has
    no exact version, in a project without a lock file. One finding a file, at its first such line, frameworks named first.

    ## Why it is debt
    Deep-learning platforms change weekly, and results change with them: Arpteg et al. (2018, dependency management) found projects that
    could not be rebuilt, and models whose figures moved, because a library underneath had moved.

    ## Bad
    ```requirements requirements.txt
    torch>=2.0  # finding: DEP101
    pandas
    ```

    ## Good
    ```requirements requirements.txt
    torch==2.9.1
    pandas==2.3.3
    ```

    ## Fix
    None: which version works is not written in the file. `pip freeze`, `uv pip compile --generate-hashes` or `poetry lock` find out.

    ## When it stays silent
    For libraries (their users need ranges), also those in a folder of their own whose pyproject.toml has classifiers and no commands;
    when a lock file or a fully pinned or hashed requirements file stands in the same folder or at the top; for files of development, test
    and documentation tools, and of constraints; where no library that computes (of machine learning or data) is without a version, but only a web server, a
    progress bar, a notebook or what records runs; when the file only includes others.

    ## References
    pip documentation, repeatable installs.
    """

    code = "DEP101"
    severity = Severity.WARNING
    minutes = 10

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        wanted = [
            r for r in document.requirements if r.group in ("project", "conda", "conda-pip") and not r.editable and r.name != "python"
        ]
        loose = [r for r in wanted if not r.pinned and not r.url]
        if loose and not any(_is_of_learning(r.name) for r in loose):
            wanted, loose = [], []  # says nothing, and pins nothing for the files beside it
        first = loose[0].span if loose else None
        seen = (first.start.line, first.start.column, first.end.line, first.end.column) if first is not None else None
        line = document.lines[first.start.line - 1].strip() if first is not None else ""
        return (
            document.kind,
            len(wanted),
            tuple(dict.fromkeys(r.name for r in loose)),
            seen,
            line,
            any(i.flag == "-c" for i in document.includes),
            document.kind == "pyproject" and _is_published(document.lines),
        )

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        pinned = {posixpath.dirname(path) for path, (kind, wanted, loose, *_) in collected if kind == "lock" or (wanted and not loose)}
        for path, (kind, wanted, loose, seen, line, constrained, published) in collected:
            folder, name = posixpath.split(path)
            hidden = any(part.startswith(".") for part in folder.split("/"))  # what automates a repository computes no result
            tooling = hidden or any(word in name.lower() or f"/{word}" in f"/{folder.lower()}" for word in _INDIRECT)
            if not loose or tooling or constrained or (kind in ("pyproject", "setup-cfg") and project.is_library):
                continue
            if published or (project.is_library and kind == "requirements" and folder in ("", "requirements")):
                continue
            if folder in pinned or (kind in ("pyproject", "setup-cfg") and _locked_below(folder, pinned)):
                continue
            yield self._report(path, wanted, loose, seen, line)

    def _report(self, path: str, wanted: int, loose: tuple[str, ...], seen: Any, line: str) -> Finding:
        frameworks = len(_FRAMEWORKS)
        order = sorted(loose, key=lambda n: (_FRAMEWORKS.index(n) if n in _FRAMEWORKS else frameworks + (not _is_of_learning(n)), n))
        listed = ", ".join(order[:4]) + (f" and {len(order) - 4} more" if len(order) > 4 else "")
        return self.finding(
            Place.of_line(path, seen, line), f"{len(loose)} of {wanted} requirements have no exact version and no lock stands beside them: {listed}",
            advice="pin them (`pip freeze`), or commit a lock (`uv pip compile --generate-hashes`, `poetry lock`)",
        )  # fmt: skip


def _is_published(lines: Sequence[str]) -> bool:
    """Whether a pyproject.toml, wherever it stands, has what the package index shows of a library, and no command."""
    return any(_CLASSIFIERS.match(line) for line in lines) and not any("scripts]" in line for line in lines)


def _is_of_learning(name: str) -> bool:
    return name in _LEARNING or name.startswith(_FAMILIES)


def _locked_below(folder: str, pinned: set[str]) -> bool:
    """Whether a pinned file stands at the top or in a `requirements` folder beside a file of ranges."""
    return "" in pinned or posixpath.join(folder, "requirements") in pinned
