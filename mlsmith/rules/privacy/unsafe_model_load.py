"""PRV103."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch

from mlsmith.rules.kit import Call, Confidence, Context, Finding, Fix, Module, Rule, Safety, Severity, with_argument

_PICKLES = (
    "pickle.load", "pickle.loads", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "joblib.load", "pandas.read_pickle",
    "pickle.Unpickler().load", "sklearn.externals.joblib.load", "_pickle.load",
)  # fmt: skip
_DOWNLOADS = (
    "requests.get", "urllib.request.urlopen", "urllib.request.urlretrieve", "wget.download", "gdown.download", "torch.hub.download_url_to_file",
    "torch.hub.load_state_dict_from_url", "huggingface_hub.hf_hub_download", "boto3.client().download_file", "boto3.client().get_object",
    "torch.utils.model_zoo.load_url", "httpx.get", "keras.utils.get_file", "mlflow.artifacts.download_artifacts", "streamlit.file_uploader",
)  # fmt: skip
_FETCHES = frozenset({"from_pretrained", "load_dataset", "pipeline", "snapshot_download", "SentenceTransformer", "LLM", "AutoModel"})
_UNSAFE_YAML = ("yaml.Loader", "yaml.UnsafeLoader", "yaml.FullLoader", "yaml.CLoader", "yaml.CUnsafeLoader")


class UnsafeModelLoad(Rule):
    """A model, array or configuration is loaded in a way that can run code hidden in the file.

    ## What it finds
    `torch.load(…, weights_only=False)`; `pickle`, `joblib`, `dill` and `cloudpickle` reading what was downloaded, uploaded or named by a
    user; `numpy.load(…, allow_pickle=True)` and pandas' `read_pickle` of such files; `yaml.load` with an unsafe loader or none;
    `trust_remote_code=True` without a pinned `revision`; keras `safe_mode=False`. An error in serving code (setting `serving`, or
    web frameworks in the file), a warning elsewhere.

    ## Why it is debt
    A pickle is a program. Whoever can replace the file, in a bucket, on a hub, in a cache, runs code with the rights of the training
    job or of the service, next to its data and keys. Privacy and data safety is one of the challenges of Arpteg et al. (2018).

    ## Bad
    ```python
    import torch

    def restore(path):
        return torch.load(path, weights_only=False)  # finding: PRV103
    ```

    ## Good
    ```python
    import torch

    def restore(path):
        return torch.load(path, weights_only=True)
    ```

    ## Fix
    `weights_only=True`, `yaml.safe_load` and a dropped `safe_mode=False` are offered as unsafe fixes: a file that holds more than weights
    no longer loads.
    ```python
    import torch

    def restore(path):
        return torch.load(path, weights_only=True)
    ```

    ## When it stays silent
    `torch.load` without the argument (safe since torch 2.6); a pickle that the same file wrote, or whose origin is a plain local path;
    `yaml.safe_load` and `SafeLoader`; `trust_remote_code=True` with a revision; tests.

    ## References
    Python documentation of pickle, warning; PyTorch documentation of `torch.load`, security; PyYAML documentation of `load`.
    """

    code = "PRV103"
    severity = Severity.WARNING
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        serious = Severity.ERROR if _serves(module) else Severity.WARNING
        for call in module.calls_to("torch.load"):
            if call.argument("weights_only").value is False:
                fix = with_argument(call, "weights_only", "True", title="load weights only", safety=Safety.UNSAFE)
                yield self._report(
                    call, "`weights_only=False` runs whatever code the checkpoint holds", serious, fix, "load with `weights_only=True`"
                )
        for call in module.calls_to(*_PICKLES):
            origin = _foreign_origin(call)
            if origin:
                advice = "keep models in a format without code (safetensors, ONNX, skops), or check a digest before loading"
                yield self._report(call, f"`{call.name}` runs code from a file that comes from {origin}", serious, None, advice)
        for call in module.calls_to("numpy.load"):
            origin = _foreign_origin(call)
            if call.argument("allow_pickle").value is True and origin:
                advice = "save plain arrays (`np.savez`) and leave `allow_pickle` off"
                yield self._report(call, f"`allow_pickle=True` runs code from a file that comes from {origin}", serious, None, advice)
        yield from self._yaml(module, serious)
        yield from self._remote_code(module, serious)
        for call in module.calls_to("keras.models.load_model", "keras.saving.load_model"):
            if call.argument("safe_mode").value is False:
                yield self._report(call, "`safe_mode=False` runs lambdas stored in the model file", serious, None, "leave `safe_mode` on")

    def _yaml(self, module: Module, serious: Severity) -> Iterator[Finding]:
        for call in module.calls_to("yaml.load", "yaml.load_all", "yaml.unsafe_load"):
            loader = call.argument("Loader", 1)
            unsafe = loader.absent or (loader.node is not None and module.refers_to(loader.node, *_UNSAFE_YAML))
            if call.name == "yaml.unsafe_load" or (unsafe and not _is_full_loader(module, loader.node)):
                what = (
                    "without a loader" if loader.absent else f"with `{ast.unparse(loader.node)}`" if loader.node is not None else "unsafely"
                )
                yield self._report(
                    call, f"`{call.name}` {what} can build any Python object", serious, _safe_loader(call), "use `yaml.safe_load`"
                )

    def _remote_code(self, module: Module, serious: Severity) -> Iterator[Finding]:
        for call in module.calls_spelt(*_FETCHES):
            if not any(keyword.arg == "trust_remote_code" for keyword in call.node.keywords):
                continue
            revision = call.argument("revision")
            literal = call.argument("trust_remote_code")
            if literal.is_literal and literal.value is True and (revision.absent or revision.value in ("main", "master")):
                advice = "pin `revision=` to a commit that you have read, or use a model without custom code"
                yield self._report(
                    call, "`trust_remote_code=True` runs the hub repository's code of whatever today's version is", serious, None, advice
                )

    def _report(self, call: Call, message: str, severity: Severity, fix: Fix | None, advice: str) -> Finding:
        return self.finding(call, message, advice=advice, severity=severity, fix=fix, confidence=Confidence.HIGH)


def _serves(module: Module) -> bool:
    listed = any(fnmatch(module.path, pattern) for pattern in module.settings.serving)
    return listed or (module.context is Context.CODE and module.imports("fastapi", "flask", "bentoml", "litserve", "sanic", "starlette"))


def _is_full_loader(module: Module, loader: ast.expr | None) -> bool:
    """`FullLoader` builds plain Python objects only since PyYAML 5.4; it is not what this rule is about."""
    return loader is not None and module.refers_to(loader, "yaml.FullLoader")


def _safe_loader(call: Call) -> Fix | None:
    return (
        with_argument(call, "Loader", "yaml.SafeLoader", title="use the safe loader", safety=Safety.UNSAFE)
        if len(call.node.args) < 2
        else None
    )


def _foreign_origin(call: Call) -> str:
    """Where the loaded bytes come from, if from outside: a download, an upload, or the command line of a service."""
    if not call.node.args:
        return ""
    trace = call.module.flow.trace(call.node.args[0])
    for origin in trace.calls:
        if any(name in _DOWNLOADS for name in origin.names):
            return f"`{origin.method}`"
    return ""
