"""EXP105."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity, tokens

_TIME = frozenset({"date", "datetime", "time", "timestamp", "ds", "day", "month", "dates", "times"})
_LAGS = frozenset({"shift", "rolling", "ewm", "expanding"})
_SHIFT = "pandas.DataFrame().shift"
_SHUFFLED = ("sklearn.model_selection.ShuffleSplit", "sklearn.model_selection.StratifiedShuffleSplit")
_FOLDS = ("sklearn.model_selection.KFold", "sklearn.model_selection.StratifiedKFold")
_PRICES = ("yfinance.", "pandas_datareader.", "quandl.", "alpha_vantage.")

_REGROUPED = frozenset({"groupby", "get_group", "pivot", "pivot_table", "unstack", "dfs", "calculate_feature_matrix", "extract_features"})
"""Calls after which a row is no longer a moment; the last three are those of featuretools and tsfresh"""


class ShuffledTimeSeries(Rule):
    """A time series is divided at random.

    ## What it finds
    `train_test_split` that shuffles, and shuffled folds, of a frame that was sorted or indexed by a date, has columns shifted or rolled along
    it (`shift`, `rolling`, `ewm`), or was fetched as prices.

    ## Why it is debt
    The model is tested between days that it was trained on, whose lags and averages hold the answer. In production there is no tomorrow
    to look at, and the score does not hold (Arpteg et al. 2018, experiment management).

    ## Bad
    ```python
    import pandas as pd
    from sklearn.model_selection import train_test_split

    sales = pd.read_csv("sales.csv").sort_values("date")
    sales["last_week"] = sales["sold"].shift(7)
    train, test = train_test_split(sales, test_size=0.2, random_state=1)  # finding: EXP105
    ```

    ## Good
    ```python
    import pandas as pd
    from sklearn.model_selection import train_test_split

    sales = pd.read_csv("sales.csv").sort_values("date")
    sales["last_week"] = sales["sold"].shift(7)
    train, test = train_test_split(sales, test_size=0.2, shuffle=False)
    ```

    ## Fix
    None: where the past ends and the future begins is not in the code.

    ## When it stays silent
    When the split keeps the order; when rows are grouped by an entity on the way, or the number of one is dropped from what was only sorted,
    so that time is one feature among others; when a date is only parsed or taken apart into columns; when nothing but the name of a file speaks of time.

    ## References
    scikit-learn user guide, cross-validation of time series data; Hyndman and Athanasopoulos, Forecasting: principles and practice.
    """

    code = "EXP105"
    severity = Severity.ERROR
    minutes = 30

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("sklearn"):
            return
        for call in module.calls_to("sklearn.model_selection.train_test_split"):
            shuffle = call.argument("shuffle")
            if (shuffle.absent or shuffle.value is True) and call.node.args and not isinstance(call.node.args[0], ast.Starred):
                yield from self._of_time(module, call, call.node.args[0])
        for call in module.calls_to(*(f"{name}().split" for name in (*_SHUFFLED, *_FOLDS))):
            if call.node.args and _shuffles(module, call):
                yield from self._of_time(module, call, call.node.args[0])

    def _of_time(self, module: Module, call: Call, data: ast.expr) -> Iterator[Finding]:
        sign = _sign_of_time(module, call, data)
        if sign:
            how = "`train_test_split`" if call.method == "train_test_split" else "shuffled folds"
            yield self.finding(
                call, f"{how} mixes past and future of a time series: {sign}",
                advice="split at a date: `shuffle=False`, or `TimeSeriesSplit`, with a gap as long as the lags",
            )  # fmt: skip


def _shuffles(module: Module, call: Call) -> bool:
    made = [module.call(value) for value in module.resolver.values(call.receiver)] if call.receiver is not None else []
    return any(each is not None and (each.name in _SHUFFLED or each.argument("shuffle").value is True) for each in made)


def _sign_of_time(module: Module, split: Call, data: ast.expr) -> str:
    """What shows that the rows are in the order of time; empty where rows are grouped on the way."""
    trace = module.flow.trace(data)
    before = [call for call in trace.calls if call.order < split.order or call.function is not split.function]
    if any(call.method in _REGROUPED for call in before):
        return ""
    for call in before:
        line = module.source.span(call.node).start.line
        if call.method in _LAGS and call.receiver is not None and _of_pandas(module, call) and _lags(call):
            return f"`{call.method}` along it in line {line}"
        if (
            call.method in ("sort_values", "set_index")
            and (column := _dated(call))
            and not any(_drops_an_entity(other) for other in before)
        ):
            return f"it is {'sorted' if call.method == 'sort_values' else 'indexed'} by `{column}` in line {line}"
        if any(name.startswith(_PRICES) for name in call.names):
            return f"prices fetched in line {line}"
        if call.method == "read_csv" and call.argument("parse_dates").given and _dated_index(call):
            return f"its index is a date, from line {line}"
    return ""


def _of_pandas(module: Module, call: Call) -> bool:
    return module.imports("pandas") and not call.name.startswith(("numpy.", "torch.", "tensorflow."))


def _lags(call: Call) -> bool:
    """`shift(0)` and a shift of columns are none."""
    return call.argument("periods", _SHIFT).value != 0 and call.argument("axis", _SHIFT).value not in (1, "columns")


def _drops_an_entity(call: Call) -> bool:
    """`frame.drop(columns=["FarmID", "SowingDate"])`: the rows are of many entities, each of which has its own date."""
    given = call.argument("columns").value or call.argument("labels", 0).value if call.method == "drop" else None
    names = given if isinstance(given, (list, tuple)) else [given]
    return any(isinstance(name, str) and len(tokens(name)) > 1 and tokens(name)[-1] in ("id", "ids") for name in names)


def _dated(call: Call) -> str:
    """The date among the columns that a frame is sorted or indexed by first."""
    given = call.argument("by" if call.method == "sort_values" else "keys", 0).value
    first = given[0] if isinstance(given, (list, tuple)) and given else given
    return first if isinstance(first, str) and _TIME & set(tokens(first)) else ""


def _dated_index(call: Call) -> bool:
    index, dates = call.argument("index_col").value, call.argument("parse_dates").value
    if isinstance(index, str) and _TIME & set(tokens(index)):
        return True
    return (index == 0 and not isinstance(index, bool) and dates is True) or (isinstance(dates, (list, tuple)) and index in dates)
