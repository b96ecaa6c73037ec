"""Which part of a model's making a library call belongs to, and what its library does where an argument is left out."""

from __future__ import annotations

import sys
from typing import Any

from mlsmith.change import Component, Significance
from mlsmith.rules.kit.order import SHUFFLING

_KINDS: tuple[tuple[str, Component, tuple[str, ...]], ...] = (
    ("layer", Component.MODEL, ("torch.nn.", "keras.layers.", "flax.linen.", "torch_geometric.nn.", "timm.layers.")),
    ("model", Component.MODEL, (
        "timm.create_model", "torchvision.models.", "transformers.Auto", "keras.Sequential", "keras.Model", "sklearn.linear_model.",
        "sklearn.ensemble.", "sklearn.tree.", "sklearn.svm.", "sklearn.neighbors.", "sklearn.naive_bayes.", "sklearn.neural_network.",
        "sklearn.cluster.", "xgboost.", "lightgbm.", "catboost.", "statsmodels.", "prophet.", "keras.applications.",
    )),
    ("optimiser", Component.MODEL, ("torch.optim.", "keras.optimizers.", "optax.", "transformers.get_", "tensorflow.train.")),
    ("metric", Component.MODEL, ("sklearn.metrics.", "torchmetrics.", "keras.metrics.", "evaluate.")),
    ("split", Component.DATA, ("sklearn.model_selection.", "torch.utils.data.random_split")),
    ("preprocessing", Component.DATA, (
        "sklearn.preprocessing.", "sklearn.impute.", "sklearn.feature_extraction.", "sklearn.feature_selection.", "sklearn.decomposition.",
        "sklearn.compose.", "sklearn.pipeline.", "torchvision.transforms.", "albumentations.", "imblearn.", "torchaudio.transforms.",
        "pandas.get_dummies", "nltk.", "cv2.",
    )),
    ("data source", Component.DATA, (
        "pandas.read_", "polars.read_", "datasets.load_dataset", "torchvision.datasets.", "keras.datasets.", "sklearn.datasets.",
        "numpy.load", "torch.load", "joblib.load", "pickle.load", "spacy.load", "duckdb.", "boto3.",
    )),
    ("data", Component.DATA, ("torch.utils.data.", "tensorflow.data.", "pandas.", "polars.", "datasets.", "keras.preprocessing.", "keras.utils.")),
    ("seed", Component.SOURCE, (
        "random.seed", "numpy.random.seed", "torch.manual_seed", "torch.cuda.manual_seed", "tensorflow.random.set_seed", "keras.utils.set_random_seed",
        "lightning.pytorch.seed_everything", "transformers.set_seed", "numpy.random.default_rng",
    )),
    ("hardware", Component.HARDWARE, ("torch.device", "torch.cuda.", "tensorflow.config.", "jax.devices", "torch.distributed.", "torch.set_num_threads")),
    ("training", Component.SOURCE, ("lightning.pytorch.", "transformers.", "keras.callbacks.", "accelerate.", "torch.", "tensorflow.", "keras.", "jax.")),
)  # fmt: skip
_METHODS = {
    "fit": "training", "fit_transform": "preprocessing", "transform": "preprocessing", "partial_fit": "training", "compile": "training",
    "backward": "training", "step": "training", "zero_grad": "training", "eval": "mode", "train": "mode", "fillna": "preprocessing",
    "dropna": "preprocessing", "shuffle": "data", "batch": "data", "map": "data", "normalize": "preprocessing", "to": "hardware",
    "cuda": "hardware", "cpu": "hardware",
}  # fmt: skip
_COMPONENTS = {
    "mode": Component.MODEL,
    "preprocessing": Component.DATA,
    "data": Component.DATA,
    "hardware": Component.HARDWARE,
    "training": Component.SOURCE,
}
_LOSSES = ("loss", "cross_entropy", "criterion")
PARTS_OF_A_MODEL = frozenset({"layer", "loss", "metric", "mode", "model", "optimiser", "preprocessing", "seed", "split"})
"""Kinds of calls that make a model what it is; of `torch.mean`, `pandas.concat` or `fit` there is more than one way to the same"""

_PLACES = {
    **{f"numpy.{name}": {"1": "dtype"} for name in ("zeros", "ones", "empty", "zeros_like", "ones_like", "array", "asarray")},
    "numpy.full": {"1": "fill_value", "2": "dtype"}, "numpy.concatenate": {"1": "axis"}, "numpy.stack": {"1": "axis"}, "numpy.sum": {"1": "axis"},
    "numpy.mean": {"1": "axis"}, "numpy.argmax": {"1": "axis"}, "torch.cat": {"1": "dim"}, "torch.stack": {"1": "dim"},
}  # fmt: skip
"""Keywords of arguments that are given by their places as often"""
DEFAULTS: dict[str, dict[str, Any]] = {
    "torch.utils.data.DataLoader": {"batch_size": 1, "num_workers": 0, "drop_last": False},
    "torch.optim.Adam": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0, "amsgrad": False},
    "torch.optim.AdamW": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0.01, "amsgrad": False},
    "torch.optim.SGD": {"lr": 0.001, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False},
    "torch.optim.lr_scheduler.StepLR": {"gamma": 0.1}, "torch.nn.Dropout": {"p": 0.5, "inplace": False},
    "torch.nn.Linear": {"bias": True}, "torch.nn.Conv2d": {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True},
    "torch.nn.BatchNorm1d": {"eps": 1e-05, "momentum": 0.1, "affine": True}, "torch.nn.BatchNorm2d": {"eps": 1e-05, "momentum": 0.1, "affine": True},
    "torch.nn.LSTM": {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False},
    "torch.nn.CrossEntropyLoss": {"weight": None, "ignore_index": -100, "reduction": "mean", "label_smoothing": 0.0},
    "sklearn.model_selection.train_test_split": {"random_state": None, "shuffle": True, "stratify": None},
    "sklearn.model_selection.KFold": {"n_splits": 5, "random_state": None},
    "sklearn.preprocessing.StandardScaler": {"with_mean": True, "with_std": True},
    "sklearn.ensemble.RandomForestClassifier": {"n_estimators": 100, "criterion": "gini", "max_depth": None, "random_state": None, "class_weight": None},
    "sklearn.linear_model.LogisticRegression": {"C": 1.0, "max_iter": 100, "solver": "lbfgs", "class_weight": None, "random_state": None},
    "sklearn.metrics.f1_score": {"average": "binary", "pos_label": 1}, "sklearn.metrics.precision_score": {"average": "binary", "pos_label": 1},
    "sklearn.metrics.recall_score": {"average": "binary", "pos_label": 1}, "pandas.read_csv": {"header": "infer", "index_col": None, "encoding": None},
}  # fmt: skip
"""Of calls that make much of a model, what each argument is where it is left out; checked by signature where the library is installed"""


def kind_of_call(callee: str) -> tuple[str, Component, Significance]:
    """What kind of step a call is. Library calls weigh more than calls of unknown things."""
    last = callee.rpartition(".")[2]
    if any(word in last.lower() for word in _LOSSES):
        return "loss", Component.MODEL, Significance.HIGH
    if "()" in callee and _METHODS.get(last) == "preprocessing":  # `pandas.read_csv().dropna` reads nothing.
        return "preprocessing", Component.DATA, Significance.HIGH
    if callee == "open":
        return "data source", Component.DATA, Significance.HIGH
    for kind, component, prefixes in _KINDS:
        if callee.startswith(prefixes):
            return kind, component, Significance.HIGH
    root = callee.partition(".")[0]
    kind = _METHODS.get(last, "") if root != callee and (root == "random" or root not in sys.stdlib_module_names) else ""
    if kind:
        return kind, _COMPONENTS[kind], Significance.HIGH if kind != "hardware" else Significance.MEDIUM
    return "call", Component.SOURCE, Significance.MEDIUM


def argument_name(callee: str, role: str) -> str:
    """The keyword of a positional argument, where the library is known to have it there."""
    if role in (places := _PLACES.get(callee, {})):
        return places[role]
    spec = SHUFFLING.get(callee)
    return "shuffle" if spec is not None and role == str(spec.position) else role


def default_of(callee: str, argument: str) -> str | None:
    """What the library does without the argument, as source text; None where that is not recorded."""
    spec = SHUFFLING.get(callee)
    if spec is not None and argument == "shuffle" and spec.default is not None:
        return repr(spec.default)
    known = DEFAULTS.get(callee, {})
    return repr(known[argument]) if argument in known else None
