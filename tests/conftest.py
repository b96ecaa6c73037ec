"""What holds for every test."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs with ^C ignored, and children inherit that: tests that send ^C would test the shell.
    signal.signal(signal.SIGINT, signal.default_int_handler)
