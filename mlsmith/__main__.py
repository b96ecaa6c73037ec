"""`python -m mlsmith`, and the console script."""

from __future__ import annotations

import gc
import sys

_OBJECTS = 500_000
"""New objects after which circles among them are looked for; at Python's 700, that is one part in twenty of a run, and at 100,000 one in thirty"""


def main() -> int:
    """Run the command line; the exit code is what the contract of each command says."""
    gc.set_threshold(_OBJECTS, 50, 100)
    try:
        from mlsmith.cli.fast import dispatch

        return dispatch(sys.argv[1:])
    except KeyboardInterrupt:  # while the modules were still being loaded
        return 130
    finally:
        gc.freeze()  # otherwise Python looks through everything once more before it ends


if __name__ == "__main__":
    sys.exit(main())
