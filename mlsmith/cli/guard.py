"""Every command's last line of defence: failures become one line and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mlsmith.errors import ExitCode, UserError

if TYPE_CHECKING:
    from collections.abc import Callable


def guarded(command: Callable[[], int]) -> int:
    """Run a command to its exit code."""
    try:
        code = command()
        sys.stdout.flush()
        return int(code)
    except UserError as error:
        return complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return complain("interrupted; nothing is half-written", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        _close_quietly()
        return ExitCode.OK
    except OSError as error:
        if error.filename is None and error.strerror is None:
            return _apologise(error)
        where = f"{os.fsdecode(error.filename)}: " if error.filename else ""
        return complain(f"{where}{error.strerror}", ExitCode.USAGE)
    except Exception as error:
        return _apologise(error)


def complain(message: str, code: ExitCode) -> int:
    """Say one line on stderr."""
    line = " ".join(message.split())
    print(f"mlsmith: {'' if code is ExitCode.INTERRUPTED else 'error: '}{line}", file=sys.stderr)
    return code


def _apologise(error: Exception) -> int:
    import tempfile
    import traceback

    from mlsmith import __version__

    trace = "".join(traceback.format_exception(error))
    told = f"mlsmith {__version__}, Python {sys.version}\n{sys.argv}\n\n{trace}"
    what = f"{type(error).__name__}: {error}".split("\n")[0]
    print(f"mlsmith: sorry, this is a bug in mlsmith ({what[:200]})", file=sys.stderr)
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="mlsmith-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            log.write(told)
        print(f"mlsmith: what happened is in {log.name}; please send it with your report", file=sys.stderr)
    except OSError:
        print(told, file=sys.stderr)  # No log can be written, and losing the trace would help nobody.
    return ExitCode.BUG


def _close_quietly() -> None:
    """Keep Python from complaining about the closed pipe when it flushes at its end."""
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())
