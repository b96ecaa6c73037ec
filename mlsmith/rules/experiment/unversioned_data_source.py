"""EXP110."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, tokens

_READERS = (
    "pandas.read_", "polars.read_", "requests.get", "urllib.request.urlretrieve", "urllib.request.urlopen", "wget.download",
            "tensorflow.keras.utils.get_file",
            "keras.utils.get_file", "numpy.loadtxt", "numpy.genfromtxt", "torch.hub.download_url_to_file", "gdown.download", "datasets.load_dataset",
            "torchvision.datasets.utils.download_url", "dask.dataframe.read_", "pyspark.")  # fmt: skip
_BRANCH = regex(
    r"https?://(raw\.githubusercontent\.com/[^/]+/[^/]+|github\.com/[^/]+/[^/]+/(raw|blob)|gitlab\.com/.+/raw)/(refs/heads/)?(master|main|develop|HEAD)/"
)
_SHEET = regex(r"https?://docs\.google\.com/spreadsheets/")
_LATEST = regex(r"(s3|gs|abfss?|https?)://.*[/_-](latest|current)([/_.]|$)")
_SNAPSHOT = regex(r"(19|20)\d\d[-_]?[01]\d[-_]?[0-3]\d(?!\d)|[/_.-]v\d+(\.\d+)*(?=[/_.-])", re.I)
"""A date or a version in the name of a file, which nobody writes anew"""
_NO_ROWS = regex(
    r"\.(jpe?g|png|gif|bmp|webp|svg|wav|mp3|mp4|py|ipynb|sh|md|html?|ttf|jar|whl|pth?|onnx|h5|pb|caffemodel)([?#]|$)"
    r"|(class(es|_names|_index)|synset|imagenet)[\w-]*\.(txt|json)$",
    re.I,
)
"""One picture or sound to show, code, weights, the names of a pretrained network's classes: none of them is what is trained on"""
_CHECKED = regex(r"sha256|sha1|md5|known_hash|file_hash|checksum|hashlib|blake2")
_TRAINS = regex(r"\.fit\(|\.fit_|\.backward\(|\.train\(|optimizer|xgb\.train|lgb\.train")
_DECOMPOSES = regex(r"\bSTL\(.*\)\.fit\(")


class UnversionedDataSource(Rule):
    """Training data are read from a place that may hold something else tomorrow.

    ## What it finds
    In files that train: data read from the head of a branch (`raw.githubusercontent.com/…/master/…`), from a spreadsheet on the web, or from
    a bucket's or server's `latest`.

    ## Why it is debt
    Two runs of one commit train on other rows, and nothing shows it. When a result cannot be had again, nobody can tell whether the
    code or the data changed (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import pandas as pd

    rows = pd.read_csv("https://raw.githubusercontent.com/shop/data/master/orders.csv")  # finding: EXP110
    model.fit(rows.drop(columns="sold"), rows["sold"])
    ```

    ## Good
    ```python
    import pandas as pd

    COMMIT = "0f3c9e1a7d52"
    rows = pd.read_csv(f"https://raw.githubusercontent.com/shop/data/{COMMIT}/orders.csv")
    model.fit(rows.drop(columns="sold"), rows["sold"])
    ```

    ## Fix
    None: which version the run has read is not in the code.

    ## When it stays silent
    When the file checks a digest; for URLs of a commit, a tag or an archive, and of files with a date or a version in their name; for
    single pictures and sounds, weights, code and lists of class names; for files of this machine; in files that do not train. Live
    tables and data sets of a hub are not looked at; models of a hub are `unpinned-pretrained-model`.

    Off by default: of 12 findings on unseen code in rounds 13 to 15 the authors of the rule would defend 5. That a file trains does not
    tell that it trains on what it reads; most of what was wrong is silent now, and has not been looked at on unseen code since.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems: unstable data dependencies.
    """

    code = "EXP110"
    severity = Severity.WARNING
    minutes = 20
    default_on = False

    def python(self, module: Module) -> Iterator[Finding]:
        text = module.source.text
        if "://" not in text or "test" in tokens(module.path.rpartition("/")[2]):
            return
        for call in module.calls_under(*_READERS):
            place = _place(module, call)
            why = _mutable(place)
            if why and (not _TRAINS.search(_DECOMPOSES.sub("", text)) or _CHECKED.search(text)):
                return
            if why:
                yield self.finding(
                    call, f"the data are read from {why}, which can change under the run: `{place[:80]}`",
                    advice="name a commit, a version or a digest, or keep the file under version control of data",
                )  # fmt: skip


def _place(module: Module, call: Call) -> str:
    """The URL that is read, where it is written in the file; the literal parts of a formatted one."""
    for node in [
        *call.node.args[:2],
        *(k.value for k in call.node.keywords if k.arg in ("url", "origin", "filepath_or_buffer", "data_files")),
    ]:
        for value in module.resolver.values(node):
            whole = module.constant(value)
            if isinstance(whole, str) and "://" in whole:
                return whole
            if isinstance(value, (ast.JoinedStr, ast.BinOp)):
                parts = [
                    _literal(module, part) for part in (value.values if isinstance(value, ast.JoinedStr) else [value.left, value.right])
                ]
                if "://" in "".join(parts):
                    return "".join(parts)
    return ""


def _literal(module: Module, node: ast.expr) -> str:
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    value = module.constant(inner)
    return value if isinstance(value, str) else "…"


def _mutable(place: str) -> str:
    if _BRANCH.match(place):
        return "" if _SNAPSHOT.search(place.rpartition("/")[2]) or _NO_ROWS.search(place) else "the head of a branch"
    if _SHEET.match(place):
        return "a spreadsheet"
    return "a `latest` copy" if _LATEST.match(place) and not _NO_ROWS.search(place) else ""
