"""Where the templates live: inside the package in a wheel, beside it in a source tree."""

from __future__ import annotations

from pathlib import Path

from mlsmith.errors import UserError

_PACKAGE = Path(__file__).resolve().parents[1]


def templates_root(package: Path | None = None) -> Path:
    """The directory that holds `layers/`, `kinds/` and `locks/`.

    `package` is the directory of the installed `mlsmith` package; the running one by default.
    Raises `UserError` where neither place has the templates (a broken installation).
    """
    package = package or _PACKAGE
    # The wheel's copy first: a site-packages directory may well have a neighbour called "templates".
    for candidate in (package / "_templates", package.parent / "templates"):
        if (candidate / "layers").is_dir() and (candidate / "kinds").is_dir():
            return candidate
    raise UserError("the templates are missing from this installation of mlsmith", advice="install mlsmith again")
