"""Which versions hold together. From what the packages of these versions say that they require, and the projects' own tables."""

from __future__ import annotations

TORCH_PARTNERS: dict[str, dict[tuple[int, int], tuple[int, int]]] = {
    # partner → (torch, its release) → the partner's
    "torchvision": {
        **{(2, minor): (0, 15 + minor) for minor in range(30)}, **{(1, minor): (0, minor + 1) for minor in range(4, 14)},
    },
    "torchaudio": {**{(2, minor): (2, minor) for minor in range(9)}, **{(1, minor): (0, minor) for minor in range(7, 14)}},
    "torchtext": {**{(2, minor): (0, 15 + minor) for minor in range(4)}, **{(1, minor): (0, minor + 1) for minor in range(7, 14)}},
}  # fmt: skip
"""torchvision 0.15 to 0.28 say so themselves (`torch==2.0.1`, …); older ones by their README; below 0.5 any PyTorch does."""

NUMPY_2_SINCE = {
    "pandas": "2.2.2", "scikit-learn": "1.4.2", "scipy": "1.13", "matplotlib": "3.8.4", "numba": "0.60", "torch": "2.3", "tensorflow": "2.18",
    "tensorflow-cpu": "2.18",
}  # fmt: skip
"""The first version of each that runs with NumPy 2; the ones before ask for `numpy<2`, or were built against the older one"""

PYTHON_SINCE: dict[tuple[int, int], dict[str, str]] = {
    # Python → the first version of each with wheels for it
    (3, 9): {"torch": "1.7.1", "tensorflow": "2.5", "numpy": "1.19.3", "pandas": "1.1.3", "scikit-learn": "0.24"},
    (3, 10): {"torch": "1.11", "tensorflow": "2.8", "numpy": "1.21.2", "pandas": "1.3.3", "scikit-learn": "1.0.2"},
    (3, 11): {"torch": "1.13", "tensorflow": "2.12", "numpy": "1.23.2", "pandas": "1.5.1", "scikit-learn": "1.1.3"},
    (3, 12): {"torch": "2.2", "tensorflow": "2.16", "numpy": "1.26", "pandas": "2.1.1", "scikit-learn": "1.3.2"},
    (3, 13): {"torch": "2.5", "tensorflow": "2.20", "numpy": "2.1", "pandas": "2.2.3", "scikit-learn": "1.5.2"},
}

PYTHON_LAST: dict[tuple[int, int], dict[str, str]] = {
    # Python → the first version of each that no longer runs on it
    (2, 7): {"numpy": "1.17", "pandas": "0.25", "scikit-learn": "0.21", "torch": "1.5", "torchvision": "0.6", "tensorflow": "2.2", "keras": "2.4"},
    (3, 6): {"numpy": "1.20", "pandas": "1.2", "scikit-learn": "1.0", "torch": "1.11", "torchvision": "0.12", "torchtext": "0.12",
             "tensorflow": "2.7", "keras": "2.7", "pytorch-lightning": "1.6", "transformers": "4.19"},
    (3, 7): {"numpy": "1.22", "pandas": "1.4", "scikit-learn": "1.1", "torch": "2.0", "torchvision": "0.15", "torchtext": "0.15",
             "tensorflow": "2.12", "keras": "2.12", "pytorch-lightning": "2.0", "transformers": "4.31"},
    (3, 8): {"numpy": "1.25", "pandas": "2.1", "scikit-learn": "1.4", "torch": "2.5", "torchvision": "0.20",
             "tensorflow": "2.14", "keras": "2.14", "pytorch-lightning": "2.4", "transformers": "4.47"},
    (3, 9): {"numpy": "2.1", "pandas": "3.0", "scikit-learn": "1.7", "transformers": "5.0"},
}  # fmt: skip
"""By `requires-python` of the releases"""

IMAGE_PYTHON: dict[str, tuple[tuple[str, str], ...]] = {
    # image → its first version that no longer comes with a Python → that Python
    "pytorch": (("1.13", "3.7"),),
    "tensorflow": (("2.4", "3.6"), ("2.14", "3.8")),
}
"""Of the official images `pytorch/pytorch` and `tensorflow/tensorflow`"""
