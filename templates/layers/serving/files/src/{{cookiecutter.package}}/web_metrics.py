"""What a dashboard wants to know of the HTTP door, in the words of Prometheus."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from {{ cookiecutter.package }}.desk import Desk

_NAMESPACE = "{{ cookiecutter.package }}"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """Counts of one service; a registry of its own, so that two services in one process do not add up."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        shared: dict[str, Any] = {"namespace": _NAMESPACE, "registry": self._registry}
        self._requests = Counter("requests", "Messages by HTTP status", ["status"], **shared)
        self._seconds = Histogram("answer_seconds", "Time to an answer", buckets=_BUCKETS, **shared)
        self._waiting = Gauge("waiting", "Messages that wait for their answer", **shared)
        fallback = Gauge("fallback", "1 while no model answers", ["model"], **shared)
        fallback.labels(model=desk.model).set(1 if desk.problem else 0)

    def answered(self, *, status: int, seconds: float) -> None:
        """Count one message."""
        self._requests.labels(status=str(status)).inc()
        self._seconds.observe(seconds)

    def waiting(self, number: int) -> None:
        """How many messages wait now."""
        self._waiting.set(number)

    def text(self) -> bytes:
        """All of it in the text format that Prometheus reads."""
        return generate_latest(self._registry)
