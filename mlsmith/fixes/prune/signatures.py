"""A signature without some of its parameters."""

from __future__ import annotations

from typing import Any

import libcst as cst

from mlsmith.fixes.prune.layout import closing


def without_parameters(parameters: cst.Parameters, gone: set[str]) -> cst.Parameters:
    """Commas and the layout of the end stay; a `*` or `/` that has nothing left to part goes."""
    kept: dict[str, Any] = {
        group: [parameter for parameter in getattr(parameters, group) if parameter.name.value not in gone]
        for group in ("posonly_params", "params", "kwonly_params")
    }
    changes = dict(kept)
    if parameters.kwonly_params and not kept["kwonly_params"] and isinstance(parameters.star_arg, cst.ParamStar):
        changes["star_arg"] = cst.MaybeSentinel.DEFAULT
    if parameters.posonly_params and not kept["posonly_params"]:
        changes["posonly_ind"] = cst.MaybeSentinel.DEFAULT
    before, after = _in_order(parameters), _in_order(parameters.with_changes(**changes))
    if not after or not isinstance(before[-1][1], cst.Param) or before[-1][1].name.value not in gone:
        return parameters.with_changes(**changes)
    group, last = after[-1]
    ended = closing(last, before[-1][1]) if isinstance(last, cst.Param) else last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    changes[group] = [*changes[group][:-1], ended] if group in kept else ended
    return parameters.with_changes(**changes)


def _in_order(parameters: cst.Parameters) -> list[tuple[str, Any]]:
    """(field, parameter or mark) as they stand."""
    fields: list[tuple[str, Any]] = [("posonly_params", node) for node in parameters.posonly_params]
    fields.append(("posonly_ind", parameters.posonly_ind))
    fields += [("params", node) for node in parameters.params]
    fields.append(("star_arg", parameters.star_arg))
    fields += [("kwonly_params", node) for node in parameters.kwonly_params]
    fields.append(("star_kwarg", parameters.star_kwarg))
    return [(field, node) for field, node in fields if isinstance(node, cst.CSTNode)]
