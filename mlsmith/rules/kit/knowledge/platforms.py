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
