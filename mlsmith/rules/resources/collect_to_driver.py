"""RES105."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Call, Confidence, Finding, Module, Rule, Severity, tokens

_BOUNDED = frozenset({
    "limit", "head", "take", "agg", "count", "sample", "distinct", "groupBy", "groupby", "describe", "summary", "first", "sum", "mean", "max", "min",
    "crosstab", "approxQuantile", "reduceByKey", "countByKey", "aggregate", "takeSample", "sampleBy", "topBy", "stats", "histogram", "pivot", "rollup",
    "cube", "aggregateByKey", "combineByKey", "foldByKey", "parallelize", "createDataFrame", "range", "value_counts", "freqItems", "corr", "freq",
})  # fmt: skip
"""Words of a chain of Spark calls after (or with) which the result is small"""
_AGGREGATED_SQL = ("count(", "sum(", "avg(", "min(", "max(", "group by", "limit ", "show ", "describe ")


class CollectToDriver(Rule):
    """A distributed data set is gathered on one machine.

    ## What it finds
    In files that use Spark: `toPandas()` and `collect()` on something that nothing before has limited, sampled or aggregated. In files
    that use Dask: `compute()` in a loop.

    ## Why it is debt
    It works on the sample with which it was written, and ends with the driver's memory on the data it was written for. All the work of
    the cluster waits for one machine; `compute()` in a loop reads the data anew in every round (Arpteg et al. 2018, resource limitations).

    ## Bad
    ```python
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    events = spark.read.parquet("events")
    frame = events.filter("country = 'SE'").toPandas()  # finding: RES105
    ```

    ## Good
    ```python
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    events = spark.read.parquet("events")
    frame = events.groupBy("country").count().toPandas()
    ```

    ## Fix
    None: whether a limit, an aggregate or a write to storage takes its place depends on what the data are for.

    ## When it stays silent
    When the chain limits, samples or aggregates anywhere, its SQL does, or it starts from data of this machine; when only an item of the
    result is taken (`collect()[0]`); for the methods of other libraries with these names; for one partition after the other; in examples.

    Off by default: of 23 findings on code that it had not seen, 11 were ones to defend; how large a result is, the code does not tell.

    ## References
    Spark documentation of `DataFrame.toPandas`: only for results that are expected to be small; Dask best practices.
    """

    code = "RES105"
    severity = Severity.WARNING
    minutes = 20
    default_on = False
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if module.imports("pyspark") or "spark" in module.source.text.lower():
            for call in module.method_calls("toPandas", "collect"):
                known = any(name.startswith("pyspark.") for name in call.names) or _is_of_rdd(call)
                if not known and not module.imports("pyspark"):
                    continue
                if call.node.args or (not known and call.method == "collect") or isinstance(call.node.up, ast.Subscript):  # type: ignore[attr-defined]
                    continue
                if call.receiver is not None and not _is_bounded(module, call.receiver):
                    yield self.finding(
                        call, f"`{call.method}()` brings the whole distributed data set to the driver, and nothing before bounds it",
                        advice="aggregate, sample or limit it first, or write it out from the cluster",
                        confidence=Confidence.HIGH if known else Confidence.MEDIUM,
                    )  # fmt: skip
        if module.imports("dask"):
            for call in module.method_calls("compute"):
                if call.loop is not None and any(name.startswith("dask.") for name in call.names) and not _is_partition(call):
                    yield self.finding(
                        call, "`compute()` in a loop reads and computes its data anew in every round",
                        advice="build all results first, and compute them together with `dask.compute(*results)`",
                    )  # fmt: skip


def _is_partition(call: Call) -> bool:
    """`frame.partitions[i].compute()`: a piece at a time, on purpose."""
    return isinstance(call.receiver, ast.Subscript) or (
        isinstance(call.receiver, ast.Call) and "partition" in ast.unparse(call.receiver.func)
    )


def _is_of_rdd(call: Call) -> bool:
    """`frame.rdd.collect()` is Spark's, whatever made the frame."""
    return isinstance(call.receiver, ast.Attribute) and call.receiver.attr == "rdd"


def _is_bounded(module: Module, receiver: ast.expr) -> bool:
    trace = module.flow.trace(receiver)
    if any(binding.kind in ("parameter", "star") for binding in trace.parameters) and not trace.calls:
        return True  # what the caller passes may be small
    if isinstance(receiver, ast.Attribute) and "summary" in tokens(ast.unparse(receiver.value)):
        return True  # the curves of a fitted model: a few hundred points
    return any(call.method in _BOUNDED or _aggregates(call) for call in trace.calls)


def _aggregates(call: Call) -> bool:
    """Whether a query in SQL, as far as it is written here, aggregates."""
    if call.method not in ("sql", "selectExpr", "load", "option", "table"):
        return False
    texts = [
        part.value.lower()
        for argument in call.node.args
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return any(word in text for text in texts for word in _AGGREGATED_SQL) or (call.method == "sql" and not texts)
