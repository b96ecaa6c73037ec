"""One name for one thing: the libraries export the same class from several modules, rules should know it by one."""

from __future__ import annotations

from sys import intern

_PREFIXES = {
    "tensorflow.compat.v1": "tensorflow",
    "tensorflow.compat.v2": "tensorflow",
    "tensorflow.python.keras": "keras",
    "tensorflow.keras": "keras",
    "tf_keras": "keras",
    "keras.src": "keras",
    "keras.api": "keras",
    "pytorch_lightning": "lightning.pytorch",
    "lightning_lite": "lightning.fabric",
    "torch.utils.data.dataloader": "torch.utils.data",
    "torch.utils.data.dataset": "torch.utils.data",
    "torch.utils.data.sampler": "torch.utils.data",
    "torch.utils.data.distributed": "torch.utils.data",
    "torch.nn.functional.functional": "torch.nn.functional",
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "numpy.random.mtrand": "numpy.random",
    "pandas.core.frame": "pandas",
    "pandas.core.series": "pandas",
    "pandas.core.reshape.concat": "pandas",
    "dask.dataframe.core": "dask.dataframe",
    "tqdm.auto": "tqdm",
    "tqdm.notebook": "tqdm",
    "tqdm.std": "tqdm",
    "tqdm.autonotebook": "tqdm",
    "datasets.arrow_dataset": "datasets",
    "datasets.dataset_dict": "datasets",
    "datasets.load": "datasets",
}
_LIGHTNING_TOP = ("LightningModule", "LightningDataModule", "Trainer", "seed_everything", "Callback")

_cache: dict[str, str] = {}


def canonical(name: str) -> str:
    """The name by which rules know a dotted name; cached, since a project repeats a few hundred of them."""
    known = _cache.get(name)
    if known is None:
        known = _cache[name] = intern(_canonical(name))
        if len(_cache) > 20_000:
            _cache.clear()
    return known


def _canonical(name: str) -> str:
    parts = name.split(".")
    for length in range(min(len(parts) - 1, 4), 0, -1):
        replacement = _PREFIXES.get(".".join(parts[:length]))
        if replacement is not None:
            return _canonical(".".join([replacement, *parts[length:]]))
    if parts[0] == "torch" and len(parts) > 4 and parts[1] == "nn" and parts[2] == "modules":
        return ".".join(["torch", "nn", *parts[4:]])
    if parts[0] == "torch" and len(parts) > 3 and parts[1] == "optim" and parts[2].islower() and parts[2] not in _OPTIM_MODULES:
        return ".".join(["torch", "optim", *parts[3:]])
    if parts[0] == "sklearn" and len(parts) > 3 and parts[2].startswith("_"):
        return ".".join([*parts[:2], *parts[3:]])
    if parts[0] == "lightning" and len(parts) > 1 and parts[1].partition("()")[0] in _LIGHTNING_TOP:
        return ".".join(["lightning", "pytorch", *parts[1:]])
    return name


_OPTIM_MODULES = frozenset({"lr_scheduler", "swa_utils"})
