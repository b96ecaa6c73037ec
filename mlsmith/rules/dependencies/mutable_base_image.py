"""DEP103."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Dockerfile, Finding, Place, Rule, Severity

_LEARNS = regex(
    r"\b(torch|pytorch|tensorflow|keras|jax|sklearn|scikit-learn|transformers|cuda|xgboost|lightgbm|mlflow|jupyter|pandas|numpy|requirements[\w.-]*\.txt"
    r"|train\w*\.py|predict\w*\.py|python)\b",
    re.I,
)
_MOVING = ("latest", "nightly", "edge", "master", "main", "devel")
_OFFICIAL = frozenset({
    "python", "ubuntu", "debian", "alpine", "fedora", "centos", "almalinux", "rockylinux", "amazonlinux", "archlinux", "busybox", "buildpack-deps", "node",
    "golang", "rust", "openjdk", "eclipse-temurin", "r-base", "julia", "pypy", "nginx", "redis", "postgres", "mysql", "mongo", "spark", "flink",
})  # fmt: skip
"""Images that have no account in their name; every other such name is of this machine."""


class MutableBaseImage(Rule):
    """An image for training or serving is built on a base whose tag means another image tomorrow.

    ## What it finds
    `FROM` of an image with no tag, or with the tag `latest`, `nightly`, `edge`, `devel` or a branch name, in a Dockerfile that has to do
    with Python or machine learning.

    ## Why it is debt
    The interpreter, the CUDA libraries and with them the numbers change between two builds of one commit. Arpteg et al. (2018,
    dependency management) name hardware and platform among the dependencies that have to be kept to repeat an experiment.

    ## Bad
    ```dockerfile Dockerfile
    FROM pytorch/pytorch:latest  # finding: DEP103
    COPY train.py .
    ```

    ## Good
    ```dockerfile Dockerfile
    FROM pytorch/pytorch:2.4.1-cuda12.1-cudnn9-runtime
    COPY train.py .
    ```

    ## Fix
    None: which tag the working image had is not written in the file; `docker image inspect` tells.

    ## When it stays silent
    For a tag that names a version, a digest, `scratch`, an earlier stage of the same file, a name with variables in it, and
    images of one's own: names without registry or account that are none of Docker's official ones (`shop-base`), and of the same family
    as the Dockerfile (`account/shop-base` in `Dockerfile.shop-train`); for Dockerfiles of other trades.

    ## References
    Docker documentation, best practices: pin base image versions.
    """

    code = "DEP103"
    severity = Severity.WARNING
    minutes = 10

    def dockerfile(self, document: Dockerfile) -> Iterator[Finding]:
        if not any(_LEARNS.search(instruction.value) for instruction in document.instructions):
            return
        stages: set[str] = set()
        for stage in document.stages:
            if stage.image.lower() not in stages and _moves(stage.image) and not _is_own(stage.image, document.path):
                span, tag = stage.span, _tag(stage.image)
                numbers = (span.start.line, span.start.column, span.end.line, span.end.column)
                why = f"the tag `{tag}` moves" if tag else "it has no tag, which means `latest`"
                yield self.finding(
                    Place.of_line(document.path, numbers, f"FROM {stage.image}"), f"the base image `{stage.image}` changes underneath: {why}",
                    advice="name a version, best with its digest: `image:1.2.3@sha256:…`",
                )  # fmt: skip
            if stage.name:
                stages.add(stage.name.lower())


def _tag(image: str) -> str:
    """What stands behind the colon of the last part: `host:5000/image` has none."""
    return image.rpartition("/")[2].partition(":")[2].lower()


def _is_own(image: str, path: str) -> bool:
    """`shop-base`, which was built on this machine; in `Dockerfile.shop-train`, also `account/shop-base`: one of the same family."""
    name = image.rpartition("/")[2].partition(":")[0].lower()
    if "/" not in image and name not in _OFFICIAL:
        return True
    family, _, rest = path.rpartition("/")[2].lower().removeprefix("dockerfile").lstrip(".-").partition("-")
    return bool(family and rest) and name.partition("-")[0] == family


def _moves(image: str) -> bool:
    return image != "scratch" and "$" not in image and "@" not in image and _tag(image) in ("", *_MOVING)
