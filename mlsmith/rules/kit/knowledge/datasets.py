"""Hugging Face Datasets."""

from __future__ import annotations

SIGNATURES = {
    "datasets.load_dataset": "path, name=None, data_dir=None, data_files=None, split=None",
    "datasets.Dataset().train_test_split": "test_size=None, train_size=None, shuffle=True, stratify_by_column=None, seed=None, generator=None",
    "datasets.Dataset().shuffle": "seed=None, generator=None",
}
"""Checked against Datasets 5.2."""
