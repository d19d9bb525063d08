"""The part of MapLibre's expressions that the ground's style uses; the browser reads the same style."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

Props = Mapping[str, Any]


class UnknownExpression(ValueError):
    """The style uses an operator that paper does not know yet."""


def value(expression: Any, zoom: float, props: Props) -> Any:
    """Return what an expression is worth at a zoom for a feature."""
    if not isinstance(expression, list):
        return expression
    operator, *given = expression
    if operator not in _OPERATORS:
        raise UnknownExpression(str(operator)[:40])
    return _OPERATORS[operator](given, zoom, props)


def _equal(given: list[Any], zoom: float, props: Props) -> bool:
    return bool(value(given[0], zoom, props) == value(given[1], zoom, props))


def _unequal(given: list[Any], zoom: float, props: Props) -> bool:
    return not _equal(given, zoom, props)


def _all(given: list[Any], zoom: float, props: Props) -> bool:
    return all(value(one, zoom, props) for one in given)


def _number(given: Any, zoom: float, props: Props) -> float:
    found = value(given, zoom, props)
    return float(found) if isinstance(found, int | float) else 0.0


def _plus(given: list[Any], zoom: float, props: Props) -> float:
    return sum(_number(one, zoom, props) for one in given)


def _minus(given: list[Any], zoom: float, props: Props) -> float:
    return _number(given[0], zoom, props) - sum(_number(one, zoom, props) for one in given[1:])


def _times(given: list[Any], zoom: float, props: Props) -> float:
    product: float = 1.0
    for one in given:
        product *= _number(one, zoom, props)
    return product


def _step(given: list[Any], zoom: float, props: Props) -> Any:
    at, found = _number(given[0], zoom, props), given[1]
    for stop, then in zip(given[2::2], given[3::2], strict=True):
        if at >= stop:
            found = then
    return value(found, zoom, props)


def _interpolate(given: list[Any], zoom: float, props: Props) -> float:
    if given[0] != ["linear"]:
        raise UnknownExpression(f"interpolate {given[0]}")
    at = _number(given[1], zoom, props)
    stops = list(zip(given[2::2], given[3::2], strict=True))
    if at <= stops[0][0]:
        return _number(stops[0][1], zoom, props)
    for (low, below), (high, above) in pairwise(stops):
        if at <= high:
            start, end = _number(below, zoom, props), _number(above, zoom, props)
            return start + (end - start) * float((at - low) / (high - low))
    return _number(stops[-1][1], zoom, props)


_OPERATORS: Final[Mapping[str, Callable[[list[Any], float, Props], Any]]] = {
    "get": lambda given, _zoom, props: props.get(given[0]),
    "zoom": lambda _given, zoom, _props: zoom,
    "==": _equal,
    "!=": _unequal,
    "all": _all,
    "+": _plus,
    "-": _minus,
    "*": _times,
    "step": _step,
    "interpolate": _interpolate,
}
