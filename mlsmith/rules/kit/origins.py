"""Code that came from another repository."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlsmith.regex import regex
from mlsmith.rules.kit.roles import tokens

if TYPE_CHECKING:
    from mlsmith.rules.kit.definitions import Function
    from mlsmith.rules.kit.module import Module

_FORGE = regex(r"(github|gitlab|bitbucket|githubusercontent)\.(com|org)/|kaggle\.com/(?!c/|comp|datasets)")
_TAKEN = regex(r"\b(cop(y|ied)|vendored|borrowed|lifted)\b[^\n]{0,30}\bfrom\b")
"""What a head says of a file that was taken over as it was"""
_CHANGED = regex(r"\b(changes|modified|modifications|adapted)\b")
_HOLDER = regex(r"copyright[^\n]*\d{4}[^\n]*")
_COPIED = frozenset({
    "ldm", "basicsr", "facexlib", "facelib", "gfpgan", "realesrgan", "lpips", "clip", "taming", "midas", "guided_diffusion", "improved_diffusion",
    "yolov3", "yolov5", "yolov7", "yolox", "detectron2", "mmcv", "mmdet", "fairseq", "transformers", "diffusers", "timm", "pyrouge",
    "lora_diffusion", "dpm_solver_pytorch.py", "arcface_torch", "countless",
})  # fmt: skip
"""Packages and files that projects copy into their tree, with options for others"""
_WANDERING = frozenset({
    "letterbox", "non_max_suppression", "bbox_iou", "box_iou", "voc_ap", "smooth_l1_loss", "drop_path", "trunc_normal_", "make_divisible",
    "timestep_embedding", "resize_pos_embed", "interpolate_pos_embed", "piecewise_rational_quadratic_transform", "rational_quadratic_spline",
    "text_to_wordlist", "calculate_frechet_distance", "moore_penrose_iter_pinv", "cosine_scheduler", "batch_rodrigues",
})  # fmt: skip
"""Functions that go from project to project with all their options"""
_LESSON = frozenset(
    {"exercise", "exercises", "homework", "homeworks", "assignment", "assignments", "starter", "lesson", "lessons", "lecture", "lectures"}
)
_NUMBERED = regex(r"(^|[/_-])(week|lesson|lecture|chapter|day|hw|seminar)[ _-]?\d", re.IGNORECASE)
_HEAD = 20
"""Lines"""


def is_copied(module: Module) -> bool:
    """Whether a file lies in a package that projects copy into their tree, or its head says that it was copied."""
    *folders, file = module.path.lower().split("/")
    head = _head(module)
    return (
        bool(_COPIED & {*folders, file})
        or any(folder.endswith(("_lib", "_repo")) for folder in folders)
        or (_says_taken(head) and not _CHANGED.search(head))
    )


def _says_taken(text: str) -> bool:
    return "from" in text and _TAKEN.search(text) is not None


def _names_a_forge(text: str) -> bool:
    return (".com/" in text or ".org/" in text) and _FORGE.search(text) is not None


def is_lesson(path: str) -> bool:
    """An exercise sheet, whose missing calls the pupil writes, or what a course shows."""
    return not _LESSON.isdisjoint(tokens(path)) or _NUMBERED.search(path) is not None


def is_borrowed(module: Module) -> bool:
    """Whether a file came from another repository, as its head or its folder says."""
    head = _head(module)
    return is_copied(module) or _names_a_forge(head) or len(set(_HOLDER.findall(head))) > 1  # what is adapted keeps its first holder


def _head(module: Module) -> str:
    """The comments and the docstring that a file begins with, in small letters: patterns that ignore case took half of DEX102's time."""
    body = module.source.tree.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return "\n".join(module.source.lines[: min(_HEAD, body[0].lineno if body else _HEAD)]).lower()


def is_quoted(module: Module, function: Function) -> bool:
    """Whether the comment above a function, or its docstring, names where it was taken from, or its name is one that is copied everywhere."""
    if function.node.name in _WANDERING:
        return True
    first = function.node.lineno
    docstring = ast.get_docstring(function.node, clean=False) or ""
    said = "\n".join([*module.source.lines[max(0, first - 4) : first], docstring]).lower()
    return _names_a_forge(said) or _says_taken(said)
