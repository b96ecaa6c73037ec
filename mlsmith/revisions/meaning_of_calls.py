"""Which part of a model's making a library call belongs to, and what its library does where an argument is left out."""

from __future__ import annotations

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
        "pandas.read_", "polars.read_", "datasets.load_dataset", "torchvision.datasets.", "keras.datasets.", "sklearn.datasets.", "open",
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
    "backward": "training", "step": "training", "zero_grad": "training", "fillna": "preprocessing", "dropna": "preprocessing", "shuffle": "data",
    "batch": "data", "map": "data", "normalize": "preprocessing", "to": "hardware", "cuda": "hardware", "cpu": "hardware",
}  # fmt: skip
_COMPONENTS = {"preprocessing": Component.DATA, "data": Component.DATA, "hardware": Component.HARDWARE, "training": Component.SOURCE}
_LOSSES = ("loss", "cross_entropy", "criterion")


def kind_of_call(callee: str) -> tuple[str, Component, Significance]:
    """What kind of step a call is. Library calls weigh more than calls of unknown things."""
    last = callee.rpartition(".")[2]
    if any(word in last.lower() for word in _LOSSES):
        return "loss", Component.MODEL, Significance.HIGH
    for kind, component, prefixes in _KINDS:
        if callee.startswith(prefixes):
            return kind, component, Significance.HIGH
    kind = _METHODS.get(last, "")
    if kind:
        return kind, _COMPONENTS[kind], Significance.HIGH if kind != "hardware" else Significance.MEDIUM
    return "call", Component.SOURCE, Significance.MEDIUM


def argument_name(callee: str, role: str) -> str:
    """The keyword of a positional argument, where the library is known to have it there."""
    spec = SHUFFLING.get(callee)
    return "shuffle" if spec is not None and role == str(spec.position) else role


def default_of(callee: str, argument: str) -> str | None:
    """What the library does without the argument, as source text; None where that is not recorded."""
    spec = SHUFFLING.get(callee)
    return repr(spec.default) if spec is not None and argument == "shuffle" and spec.default is not None else None
