"""An attribute that is worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazily(Generic[Value]):
    """As `functools.cached_property`, which takes a lock at every first look up to Python 3.11: a tenth of a cold run."""

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, holder: None, owner: type) -> lazily[Value]: ...

    @overload
    def __get__(self, holder: object, owner: type) -> Value: ...

    def __get__(self, holder: object | None, owner: type) -> lazily[Value] | Value:
        if holder is None:
            return self
        value = holder.__dict__[self.name] = self.function(holder)
        return value
