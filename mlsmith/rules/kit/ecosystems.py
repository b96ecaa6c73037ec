"""Ecosystems of libraries, and statements whose only work is to carry data from one to another."""

from __future__ import annotations

import ast
import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mlsmith.index.scopes import last_word
from mlsmith.rules.kit.memo import once_a_module

if TYPE_CHECKING:
    from mlsmith.rules.kit.module import Module

_ECOSYSTEMS = {
    "PyTorch": "torch torchvision torchaudio torch_geometric lightning timm",
    "TensorFlow": "tensorflow keras tensorflow_hub",
    "JAX": "jax flax optax",
    "scikit-learn": "sklearn imblearn",
    "boosted trees": "xgboost lightgbm catboost",
    "transformers": "transformers datasets tokenizers sentence_transformers diffusers",
    "NumPy": "numpy scipy",
    "pandas": "pandas geopandas",
    "polars or DuckDB": "polars duckdb pyarrow",
    "Spark": "pyspark",
    "Dask or Ray": "dask ray",
    "SQL": "sqlalchemy sqlite3 psycopg2 pymysql snowflake",
    "cloud storage": "boto3 botocore google azure s3fs gcsfs fsspec minio",
    "HTTP": "requests httpx urllib aiohttp",
    "serialisation": "json yaml pickle csv joblib toml tomli dill msgpack h5py zipfile tarfile",
    "files": "os shutil pathlib glob tempfile",
    "processes": "subprocess multiprocessing",
    "images": "cv2 PIL skimage imageio",
    "grids": "xarray zarr netCDF4 rasterio rioxarray",
    "audio": "librosa soundfile pydub",
    "stores": "redis pymongo elasticsearch opensearchpy kafka",
    "ONNX": "onnx onnxruntime",
    "language models": "openai anthropic litellm langchain langchain_core langchain_community langchain_openai llama_index",
    "spaCy": "spacy",
    "experiment tracking": "mlflow wandb neptune comet_ml tensorboard",
}
_BY_PACKAGE = {package: name for name, packages in _ECOSYSTEMS.items() for package in packages.split()}
MACHINE_LEARNING = frozenset(
    {"PyTorch", "TensorFlow", "JAX", "scikit-learn", "boosted trees", "transformers", "ONNX", "language models", "spaCy"}
)

_CARRYING = frozenset({
    "to_numpy", "numpy", "toPandas", "to_pandas", "from_pandas", "from_numpy", "as_tensor", "tensor", "array", "asarray", "ascontiguousarray",
    "tolist", "to_list", "to_dict", "to_csv", "to_parquet", "to_json", "to_pickle", "to_sql", "to_excel", "read_csv", "read_parquet", "read_json",
    "read_sql", "read_excel", "read_pickle", "read_table", "from_dict", "from_records", "DataFrame", "Series", "createDataFrame", "astype", "reshape",
    "view", "squeeze", "unsqueeze", "expand_dims", "transpose", "permute", "swapaxes", "ravel", "flatten", "cpu", "cuda", "detach", "item", "rename",
    "set_index", "reset_index", "copy", "deepcopy", "dump", "dumps", "load", "loads", "safe_load", "safe_dump", "read", "write", "writelines",
    "readlines", "savez", "save", "load_dataset", "save_pretrained", "download_file", "upload_file", "put_object", "get_object",
    "copyfile", "copy2", "copytree", "move", "rmtree", "system", "run", "check_call", "check_output", "Popen", "call", "to", "concat", "concatenate",
    "to_zarr", "open_zarr", "to_netcdf", "open_dataset", "open_mfdataset", "to_xarray", "to_dataframe",
    "stack", "vstack", "hstack", "fromarray", "imread", "imwrite", "cvtColor", "extractall", "log_artifact",
})  # fmt: skip
"""What a statement does that only carries data"""
_AT_HOME = frozenset({
    "astype", "reshape", "view", "squeeze", "unsqueeze", "expand_dims", "transpose", "permute", "swapaxes", "ravel", "flatten", "cpu", "cuda", "detach",
    "item", "rename", "set_index", "reset_index", "copy", "deepcopy", "to", "concat", "concatenate", "stack", "vstack", "hstack", "call", "run",
    "cvtColor",
})  # fmt: skip
"""Those of them that stay in one ecosystem, and say nothing of a border between two"""
_MADE = frozenset({"array", "asarray", "tensor", "as_tensor"})
"""What carries nothing where its numbers are written out"""
_HANDLED = frozenset({"read", "write", "writelines", "readlines"})
"""What is done with any file that is open"""
_NEUTRAL = frozenset({
    "open", "close", "get", "makedirs", "mkdir", "remove", "join", "exists", "basename", "dirname", "encode", "decode", "strip", "split", "replace",
    "format", "str", "int", "float", "list", "dict", "tuple", "append", "extend", "update", "items", "keys", "values", "zip", "enumerate", "len",
    "Path", "print", "log_param", "log_metric", "info", "debug", "warning", "warn", "error", "add_argument", "getattr", "isinstance", "hasattr", "super",
    "__init__", "sorted", "set", "range", "max", "min", "sum", "getLogger", "time", "startswith", "endswith", "tqdm",
})  # fmt: skip
"""What may stand beside it, and is no work of this kind by itself"""
_OUTSIDE = frozenset({"processes", "files"})
_OWN_FORMATS = frozenset({"torch.save", "torch.load", "numpy.save", "numpy.load", "numpy.savez"})
"""What writes or reads a library's own format: an end of data, and no way from one library to another"""


class Glue(NamedTuple):
    """`share` of the statements with calls that only carry data; `counts` of library calls in those by ecosystem; `own` of them write or
    read a library's own format."""

    share: float
    statements: int
    counts: dict[str, int]
    own: int

    @property
    def crossings(self) -> int:
        """Calls that cross a border; a library's own format is no other library."""
        return sum(self.counts.values()) - self.own

    @property
    def density(self) -> float:
        """Crossings for each statement that does something."""
        return self.crossings / self.statements if self.statements else 0.0

    @property
    def entropy(self) -> float:
        """Of the ecosystems' shares, in bits."""
        total = sum(self.counts.values())
        return -sum(n / total * math.log2(n / total) for n in self.counts.values()) if total else 0.0


def may_be_glue(module: Module) -> bool:
    """Whether the file imports from three ecosystems, one of them machine learning; without that, counting is not worth while."""
    imported = {_BY_PACKAGE[package] for package in module.packages if package in _BY_PACKAGE}
    return len(imported) >= 3 and bool(imported & MACHINE_LEARNING)


@once_a_module
def glue_of(module: Module) -> Glue:
    """How much of a file is glue, and between what."""
    calls: dict[int, list[ast.Call]] = {}
    for call in module.syntax.calls:
        if last_word(call.func) in _NEUTRAL:
            continue
        node: ast.AST = call
        while not isinstance(node, ast.stmt):
            node = node.up  # type: ignore[attr-defined]
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.With)):
            calls.setdefault(id(node), []).append(call)
    counts: Counter[str] = Counter()
    carried = worked = own = 0
    for inner in calls.values():
        worked += 1
        if all(last_word(call.func) in _CARRYING for call in inner):
            carried += 1
            for call in inner:
                name = _crossed(module, call)
                if name:
                    counts[name] += 1
                    own += last_word(call.func) == "save_pretrained" or not _OWN_FORMATS.isdisjoint(module.resolver.names(call.func))
    return Glue(carried / worked if worked else 0.0, worked, dict(sorted(counts.items())), own)


def _crossed(module: Module, call: ast.Call) -> str:
    """The ecosystem whose border a call crosses; empty where it stays in one. What starts a process or copies a file is never at home."""
    last = last_word(call.func)
    if last in _MADE and call.args and isinstance(call.args[0], (ast.List, ast.Tuple, ast.Constant)):
        return ""
    name = _ecosystem(module, call)
    if name == "files" and last in _HANDLED:
        return ""
    return name if name in _OUTSIDE or last not in _AT_HOME else ""


def _ecosystem(module: Module, call: ast.Call) -> str:
    for name in module.resolver.names(call.func):
        top = name.partition(".")[0].partition("(")[0]
        if top in _BY_PACKAGE:
            return _BY_PACKAGE[top]
    return ""
