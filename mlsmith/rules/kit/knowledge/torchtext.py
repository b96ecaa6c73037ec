"""torchtext, whose last version is 0.18."""

from __future__ import annotations

OLDEST_SUPPORTED = "0.18"
_OLD = (
    "Field", "LabelField", "RawField", "NestedField", "ReversibleField", "TabularDataset", "BucketIterator", "Iterator", "BPTTIterator", "Example",
    "Dataset", "Batch",
)  # fmt: skip
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    *((f"torchtext.data.{old}", "0.8", "0.9", "`torch.utils.data` and a tokenizer", False) for old in _OLD),
    ("torchtext.legacy", "0.9", "0.12", "`torch.utils.data` and a tokenizer", False),
)  # fmt: skip
"""Checked against the sources of torchtext 0.6 and 0.18."""
REMOVED_ARGUMENTS = ()
