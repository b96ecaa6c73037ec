"""DEP107."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Place, RequirementsDocument, Rule, Severity
from mlsmith.rules.kit.knowledge.platforms import NUMPY_2_SINCE, PYTHON_SINCE, TORCH_PARTNERS
from mlsmith.rules.kit.removals import parts

_EXACT = regex(r"^={1,3}\s*(\d+(?:\.\d+)*)(?:\.\*)?(?:\+(\w+))?(?:\s*=.*)?$")
_Pins = dict[str, tuple[str, str, int]]


class PlatformMismatch(Rule):
    """Pinned versions that cannot hold together.

    ## What it finds
    In one requirements file or conda environment: `torch` with a `torchvision`, `torchaudio` or `torchtext` of another release, or built
    for another CUDA; `numpy==2…` with a library built against the first; a Python for which a pinned library has no wheels.

    ## Why it is debt
    The installation fails, or takes another version than the file says, or dies with an error of the dynamic linker on the first import
    (Arpteg et al. 2018, dependency management).

    ## Bad
    ```requirements requirements.txt
    torch==2.1.0
    torchvision==0.15.2  # finding: DEP107
    ```

    ## Good
    ```requirements requirements.txt
    torch==2.1.0
    torchvision==0.16.0
    ```

    ## Fix
    None: which of the pins gives way is a decision.

    ## When it stays silent
    For ranges, markers, and versions that the tables do not know. CUDA of a base image is not compared: wheels bring their own. Off by
    default: an installer says the same as soon as it is asked.

    ## References
    PyTorch, previous versions; NumPy 2.0 migration guide.
    """

    code = "DEP107"
    severity = Severity.INFO
    minutes = 20
    default_on = False

    def requirements(self, document: RequirementsDocument) -> Iterator[Finding]:
        if document.kind == "lock":
            return
        pins: _Pins = {}
        for number, requirement in enumerate(document.requirements):
            match = _EXACT.match(requirement.specifier.strip()) if not requirement.marker else None
            if match:
                name = "torch" if requirement.name == "pytorch" else requirement.name
                pins.setdefault(name, (match[1], match[2] or "", number))
        for name, message, advice in (*_partners(pins), *_numpy(pins), *_python(pins)):
            span = document.requirements[pins[name][2]].span
            line = document.lines[span.start.line - 1].strip()
            numbers = (span.start.line, span.start.column, span.end.line, span.end.column)
            yield self.finding(Place.of_line(document.path, numbers, line), message, advice=advice)


def _partners(pins: _Pins) -> Iterator[tuple[str, str, str]]:
    torch, torch_build, _ = pins.get("torch", ("", "", 0))
    release = _release(torch)
    for partner, table in TORCH_PARTNERS.items():
        if not torch or partner not in pins:
            continue
        version, build, _ = pins[partner]
        wanted = table.get(release)
        if wanted is not None and _release(version) != wanted:
            shown = f"{wanted[0]}.{wanted[1]}"
            yield (
                partner,
                f"`{partner}` {version} is not of the release of `torch` {torch}, which is {shown}",
                f"pin `{partner}` to {shown}.*",
            )
        elif build and torch_build and build != torch_build:
            yield partner, f"`{partner}` is built for {build}, and `torch` for {torch_build}", "take both from one build"


def _numpy(pins: _Pins) -> Iterator[tuple[str, str, str]]:
    if parts(pins.get("numpy", ("0", "", 0))[0]) < (2,):
        return
    for name, since in NUMPY_2_SINCE.items():
        if name in pins and parts(pins[name][0]) < parts(since):
            yield (
                name,
                f"`{name}` {pins[name][0]} was built for NumPy 1, and `numpy` {pins['numpy'][0]} is pinned beside it",
                f"take {since} or later, or numpy<2",
            )


def _python(pins: _Pins) -> Iterator[tuple[str, str, str]]:
    python = pins.get("python", ("", "", 0))[0]
    for name, since in PYTHON_SINCE.get(_release(python), {}).items():
        if name in pins and len(parts(pins[name][0])) > 1 and parts(pins[name][0]) < parts(since):
            yield name, f"`{name}` {pins[name][0]} has no wheels for Python {python}", f"take {since} or later, or an older Python"


def _release(version: str) -> tuple[int, int]:
    """`2.1.0` → (2, 1)."""
    numbers = [int(number) for number in version.split(".")] if version else []
    return (numbers[0], numbers[1]) if len(numbers) > 1 else (-1, -1)
