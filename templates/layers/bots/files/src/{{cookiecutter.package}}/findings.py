"""What a run found out, for card and report."""

from __future__ import annotations

from dataclasses import dataclass

from {{ cookiecutter.package }}.assess import Assessment
from {{ cookiecutter.package }}.curve import Point
from {{ cookiecutter.package }}.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Findings:
    """The judgement, the learning curve and the forecast."""

    assessment: Assessment
    curve: list[Point]
    forecast: Forecast
