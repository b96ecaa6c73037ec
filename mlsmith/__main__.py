"""`python -m mlsmith`, and the console script."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the exit code is what the contract of each command says."""
    try:
        from mlsmith.cli.fast import dispatch

        return dispatch(sys.argv[1:])
    except KeyboardInterrupt:  # while the modules were still being loaded
        return 130


if __name__ == "__main__":
    sys.exit(main())
