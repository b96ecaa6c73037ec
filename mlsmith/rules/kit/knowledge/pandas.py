"""pandas."""

from __future__ import annotations

OLDEST_SUPPORTED = "2.0"
_READERS = ("DataFrame", "read_csv", "read_excel", "read_parquet", "read_json", "read_pickle", "read_table", "read_sql", "concat", "merge")
REMOVED = (
    *((f"pandas.{maker}().{old}", deprecated, removed, new, pure) for maker in (*_READERS, "Series") for old, deprecated, removed, new, pure in (
        ("append", "1.4", "2.0", "`pandas.concat([a, b])`", False),
        ("iteritems", "1.5", "2.0", "items", True),
        ("ix", "0.20", "1.0", "`.loc` or `.iloc`", False),
        ("as_matrix", "0.23", "1.0", "`.to_numpy()`", False),
        ("mad", "1.5", "2.0", "`(x - x.mean()).abs().mean()`", False),
    )),
    ("pandas.Panel", "0.20", "1.0", "a frame with a MultiIndex", False),
    ("pandas.datetime", "1.0", "2.0", "`datetime.datetime`", False),
    ("pandas.np", "1.0", "2.0", "`import numpy`", False),
    ("pandas.Int64Index", "1.4", "2.0", '`pandas.Index(…, dtype="int64")`', False),
    ("pandas.Float64Index", "1.4", "2.0", '`pandas.Index(…, dtype="float64")`', False),
    ("pandas.TimeGrouper", "0.21", "1.0", "`pandas.Grouper(freq=…)`", False),
)  # fmt: skip
"""Checked against pandas 3.1: none of these names is there."""
REMOVED_ARGUMENTS = (
    # callable, argument, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("pandas.read_csv", "error_bad_lines", "1.3", "2.0", "`on_bad_lines=`", False),
    ("pandas.read_csv", "warn_bad_lines", "1.3", "2.0", "`on_bad_lines=`", False),
    ("pandas.read_csv", "squeeze", "1.4", "2.0", '`.squeeze("columns")`', False),
    ("pandas.read_csv", "prefix", "1.4", "2.0", "names set on the columns afterwards", False),
    ("pandas.read_csv", "mangle_dupe_cols", "1.5", "2.0", "nothing: names are always told apart", False),
    *((f"pandas.{maker}().to_csv", "line_terminator", "1.5", "2.0", "lineterminator", True) for maker in (*_READERS, "Series")),
)  # fmt: skip
"""Checked against pandas 3.1: none of these arguments is taken."""

SIGNATURES = {
    # of a frame, whatever made it: rules name the frame's own method
    "pandas.DataFrame().apply": "func, axis=0, raw=False",
    "pandas.DataFrame().sample": "n=None, frac=None, replace=False, weights=None, random_state=None",
    "pandas.DataFrame().shift": "periods=1, freq=None, axis=0",
    "pandas.concat": "objs, *, axis=0",
    "pandas.read_pickle": "filepath_or_buffer, compression='infer'",
}
"""Checked against pandas 3.1."""
FORMER_SIGNATURES = {"pandas.concat": "objs, axis=0"}
"""By position up to pandas 1.5."""
