"""NumPy."""

from __future__ import annotations

OLDEST_SUPPORTED = "1.26"
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    *((f"numpy.{name}", "1.20", "1.24", name, True) for name in ("int", "float", "complex", "object", "str")),
    ("numpy.asscalar", "1.16", "1.23", "`.item()` of the array", False),
    *((f"numpy.{old}", "2.0", "2.0", f"numpy.{new}", True) for old, new in (
        ("float_", "float64"), ("complex_", "complex128"), ("string_", "bytes_"), ("unicode_", "str_"), ("Inf", "inf"), ("Infinity", "inf"),
        ("infty", "inf"), ("NaN", "nan"), ("cfloat", "complex128"), ("longfloat", "longdouble"),
    )),
    *((f"numpy.{old}", "1.25", "2.0", f"numpy.{new}", True) for old, new in (
        ("product", "prod"), ("cumproduct", "cumprod"), ("alltrue", "all"), ("sometrue", "any"), ("round_", "round"),
    )),
    ("numpy.NINF", "2.0", "2.0", "`-numpy.inf`", False),
    ("numpy.PINF", "2.0", "2.0", "numpy.inf", True),
    ("numpy.msort", "1.24", "2.0", "`numpy.sort(a, axis=0)`", False),
    ("numpy.find_common_type", "1.25", "2.0", "`numpy.promote_types` or `numpy.result_type`", False),
    ("numpy.asfarray", "2.0", "2.0", "`numpy.asarray` with a floating dtype", False),
    ("numpy.cast", "2.0", "2.0", "`numpy.asarray(a, dtype=…)`", False),
    ("numpy.mat", "2.0", "2.0", "`numpy.asmatrix`", False),
)  # fmt: skip
"""Checked against NumPy 2.4: none of these names is there."""
REMOVED_ARGUMENTS: tuple[tuple[str, str, str, str, str, bool], ...] = ()

SIGNATURES = {
    "numpy.load": "file, mmap_mode=None, allow_pickle=False",
    "numpy.append": "arr, values, axis=None",
    "numpy.concatenate": "arrays, /, axis=0, out=None",
}
"""Checked against NumPy 2.4."""
SEEDS = ("numpy.random.seed", "numpy.random.default_rng", "numpy.random.RandomState")
"""What seeds, the whole process or a generator that is made. Checked against NumPy 2.4."""
