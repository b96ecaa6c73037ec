"""EXP112."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Finding, Module, Rule, Severity, scope_of, tokens

_PERSONAL = regex(
    r"^(/home/(?!(user|app|jovyan|runner|vscode|azureuser|ec2-user|ubuntu)/)[\w.-]+/.|/Users/[\w.-]+/.|/export/home/."
    r"|[A-Za-z]:[\\/](Users|Documents and Settings)[\\/].|[A-Za-z]:[\\/](?!windows|program|temp[\\/])[\w ]+[\\/].*[\\/]"
    r"|/content/g?drive/|/(mnt|media|nfs|raid|scratch)/[\w.-]+/.)",
    re.I,
)
_HOME = regex(r"^(/home/|/Users/|[A-Za-z]:[\\/])", re.I)
"""Of a person, not of a cluster: whoever else starts the program with its defaults gets an error."""
_BUCKET = regex(r"^(s3a?|gs|abfss?|wasbs?|hdfs)://[\w.-]+/.")
_PUBLIC = regex(
    r"^\w+://([\w.-]*[._-])?(samples?|public|open|opendata|examples?|tutorials?|pds|noaa|nasa|jumpstart|cloud-ml-data|tfds-data|cloud-tpu[\w-]*)([._-][\w.-]*)?/",
    re.I,
)
"""Buckets that are there for everybody, by their names"""
_UNSIGNED = regex(r"no-sign-request|\bUNSIGNED\b|\banon(ymous)?[\"']?\s*[=:]\s*True|token[\"']?\s*[=:]\s*[\"']anon")
"""Buckets are read without an account here, so everybody may"""
_KEEPING = frozenset({"to", "save", "write", "upload", "dump", "export", "put", "out", "output", "log", "logs", "checkpoint", "checkpoints", "ckpt",
                      "artifacts", "staging", "tmp", "temp", "work", "job", "results", "bucket", "root", "base"})  # fmt: skip
_PLACEHOLDER = regex(r"\byour?[-_ ]|[/\\]path[-_/\\]to[-_/\\]|//path[/\\]to|\bmy[-_]bucket|[<{]|\bx{3,}\b|username|/home/abc/", re.I)
_MACHINE_LEARNING = frozenset({
    "monai", "dgl", "torchvision", "torchaudio", "lightning", "pytorch_lightning", "SimpleITK", "nibabel", "pydicom", "skimage", "scipy", "mlflow",
    "torch", "tensorflow", "keras", "sklearn", "pandas", "numpy", "cv2", "PIL", "xgboost", "lightgbm", "jax", "librosa", "transformers", "datasets",
})  # fmt: skip
_ASKING = frozenset({"replace", "startswith", "endswith", "exists", "isdir", "isfile"})
_OFFERING = frozenset({"get", "getenv", "DEFINE_string", "field", "Field", "Option", "Argument", "add_argument"})


class HardcodedLocation(Rule):
    """A path of one person's machine stands in the code.

    ## What it finds
    Literal paths into a home folder (`/home/ann/…`, `/Users/ann/…`, `C:\\\\Users\\\\…`), a mounted disk (`/mnt/…`, `/media/…`), a personal
    drive (`/content/drive/…`) or a bucket that the project keeps things in (`f"s3://shop-lake/{day}"`) in code
    that works with data or models. One finding a file, at the first.

    ## Why it is debt
    Nobody else can run it. Whoever tries edits the code, and from then on two versions of an experiment differ in more than they say
    (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import pandas as pd

    rows = pd.read_csv("/home/ann/thesis/rows.csv")  # finding: EXP112
    ```

    ## Good
    ```python
    import os

    import pandas as pd

    rows = pd.read_csv(os.path.join(os.environ["DATA"], "rows.csv"))
    ```

    ## Fix
    None: which option or setting takes the place of the path is a decision.

    ## When it stays silent
    For the default of an option, a parameter or an environment variable, which others can set, unless an option's or a parameter's is
    a person's own home or drive; for paths in texts, doctests and comments, in tests, examples and documentation; for accounts that
    every such machine has (`/home/app`, `/home/ubuntu`) and buckets named as public (`…-samples`, `…-public-data`); for one whole address in a
    bucket that is only read, which anybody may be let in to; for
    `/tmp`, `/dev`, `/etc`, `/opt` and `/data`.

    ## References
    Wilson et al. 2017, Good enough practices in scientific computing.
    """

    code = "EXP112"
    severity = Severity.WARNING
    minutes = 10
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.packages & _MACHINE_LEARNING:
            return
        found = [
            node
            for node in module.syntax.strings
            if _is_location(node.value)
            and not _is_off(node)
            and not _is_settable(module, node)
            and not _is_text(node)
            and _is_own(module, node)
        ]
        if found:
            first, more = found[0], len({str(node.value) for node in found}) - 1
            others = f" (and {more} more)" if more else ""
            where = "in somebody's bucket" if _BUCKET.match(str(first.value)) else "on somebody's machine"
            yield self.finding(
                module.at(first), f"`{str(first.value)[:60]}` is a place {where}{others}",
                advice="take it from an option, a configuration or the environment",
            )  # fmt: skip


def _is_location(value: object) -> bool:
    if not isinstance(value, str) or not 6 < len(value) < 300 or "\n" in value:
        return False
    return bool(_PERSONAL.match(value) or (_BUCKET.match(value) and not _PUBLIC.match(value))) and not _PLACEHOLDER.search(value)


def _is_own(module: Module, node: ast.Constant) -> bool:
    """For a bucket: whether the project keeps things there, by what is written to it or put together with it. One file of it may be anybody's."""
    if not _BUCKET.match(str(node.value)):
        return True
    if _UNSIGNED.search(module.source.text):
        return False
    up: ast.AST = node.up  # type: ignore[attr-defined]
    call = module.call(up)
    if isinstance(up, (ast.JoinedStr, ast.BinOp)) or (call is not None and call.method == "join"):
        return True
    if isinstance(up, ast.Attribute):  # `"s3://lake/{}".format(day)`
        return up.attr == "format"
    names = [up.arg] if isinstance(up, ast.keyword) and up.arg else [t.id for t in getattr(up, "targets", ()) if isinstance(t, ast.Name)]
    words = {word for name in (*names, call.method if call is not None else "") for word in tokens(name)}
    return bool(words & _KEEPING) or any(
        _is_put_together(use) for binding in module.flow.bindings_of(node) for use in module.flow.uses(binding)
    )


def _is_put_together(use: ast.Name) -> bool:
    up: ast.AST = use.up  # type: ignore[attr-defined]
    return isinstance(up, (ast.FormattedValue, ast.BinOp)) or (
        isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute) and up.func.attr == "join" and up.args[:1] == [use]
    )


def _is_off(node: ast.AST) -> bool:
    """Under `if False:`, as cells that are run by hand."""
    while not isinstance(node, ast.Module):
        node = node.up  # type: ignore[attr-defined]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and not node.test.value:
            return True
    return False


def _is_text(node: ast.Constant) -> bool:
    """A docstring, or part of a message."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    return isinstance(up, ast.Expr) or " " in str(node.value).strip().replace("\\ ", "")


def _is_settable(module: Module, node: ast.Constant) -> bool:
    """Whether somebody else can set the value without touching the code: it is the default of an option, a parameter or a variable."""
    up: ast.AST = node.up  # type: ignore[attr-defined]
    made = module.call(up)
    if isinstance(up, (ast.List, ast.Tuple)) or (made is not None and made.method in ("Path", "PurePath")):
        up = up.up  # type: ignore[attr-defined]  # the default of an option that takes several, or a path
    if _HOME.match(str(node.value)) and (
        isinstance(up, (ast.arguments, ast.FunctionDef)) or (isinstance(up, ast.keyword) and up.arg == "default")
    ):
        return False
    if isinstance(up, ast.keyword) and up.arg in ("default", "help", "example"):
        return True
    if isinstance(up, ast.Dict) and any(
        value is node and getattr(key, "value", "") == "default" for key, value in zip(up.keys, up.values, strict=True)
    ):
        return True
    if isinstance(up, (ast.arguments, ast.FunctionDef, ast.AsyncFunctionDef, ast.Compare)):
        return True
    if isinstance(up, ast.AnnAssign) and scope_of(node).kind == "class":
        return True
    call = module.call(up)
    return call is not None and call.method in _ASKING | _OFFERING
