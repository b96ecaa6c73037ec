"""DEP102."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import (
    Argument,
    Call,
    Finding,
    Module,
    Project,
    RequirementsDocument,
    Rule,
    Severity,
    TextDocument,
    from_plain,
    to_plain,
    tokens,
)
from mlsmith.rules.kit.knowledge.huggingface import FETCHES

_BRANCHES = {"main", "master", "latest", "HEAD"}
_LOCAL_BUILDERS = {
    "csv",
    "json",
    "parquet",
    "text",
    "pandas",
    "arrow",
    "imagefolder",
    "audiofolder",
    "videofolder",
    "webdataset",
    "generator",
}
_HUB_NAME = regex(r"^[\w.-]+(/[\w.-]+)?$")
_LOCAL_WORDS = regex(
    r"(^|[/_.-])(out|output|outputs|ckpt|ckpts|checkpoint|checkpoints|results|tmp|local|models?|saved|runs|weights|data|dir)([/_.-]|$)"
)
_FOLDERS = {"out", "output", "outputs", "ckpt", "checkpoint", "checkpoints", "results", "tmp", "local", "model", "models", "saved", "saved_model",
            "saved_models", "trained_models", "runs", "weights", "data", "dataset", "datasets", "logs"}  # fmt: skip
"""First words of `output/model` and its like: nobody publishes under these names."""

_README = regex(r"readme[^/]*\.(md|rst)\Z", re.I)
_GITHUB = regex(r"github\.com/([\w-]+)/([\w.-]+)")
_OWN_ADDRESS = regex(r"""(?:^|[\s{,"'])(?!git\b)[\w-]+["']?\s*=\s*["']https://github\.com/([\w-]+)/([\w-]+)""")
"""`Repository = "https://github.com/shop/orders"`, but not the place of a dependency"""
_NAME = regex(r"""^name\s*=\s*["']([\w.-]+)["']""")
_WRITING = frozenset({"save", "saved", "output", "out", "export"})
_TELLING = 5
"""Letters from which on two names that begin alike are hardly so by chance"""

_Found = tuple[str, Finding]
"""What is fetched, and what is said of it"""


class UnpinnedPretrainedModel(Rule):
    """A model or data set is fetched from a hub by name, without a revision.

    ## What it finds
    Calls that fetch a remote model, tokenizer or data set by a literal name and give no commit, tag or version: `from_pretrained`,
    `hf_hub_download`, `snapshot_download`, `load_dataset`, `SentenceTransformer`, `pipeline(model=…)`, `torch.hub.load`, TensorFlow Hub's
    `load` and `KerasLayer`, `timm.create_model("hf-hub:…")`. A branch name such as `main` pins nothing. As information only:
    torchvision's `weights="DEFAULT"`, which means whatever weights the installed version thinks best.

    ## Why it is debt
    The owner of a hub repository can replace the weights, the tokenizer or the data under the same name. The next training or
    deployment then differs from the last one although no line of the project changed; deep-learning dependencies moving underneath a
    project is one of the challenges that Arpteg et al. (2018, dependency management) met in every project they studied.

    ## Bad
    ```python
    from transformers import AutoModel

    model = AutoModel.from_pretrained("bert-base-uncased")  # finding: DEP102
    ```

    ## Good
    ```python
    from transformers import AutoModel

    model = AutoModel.from_pretrained("bert-base-uncased", revision="86b5e0934494bd15c9632b12f734a8a67f723594")
    ```

    ## Fix
    None: which revision works is known to the hub and to you, and mlsmith asks no network.

    ## When it stays silent
    For torchvision's old `pretrained=True`, which always names the first ImageNet weights. When the name comes from a parameter, the
    command line or configuration; when it looks like a local folder, or the same file saves or publishes a model under that name, or publishes under that
    account; for what is the project's own: under the account that its README links to most on GitHub, or three times, or that its
    pyproject.toml gives as its address (`shop` and `shop-ai` are one), or named after the project; when `revision` is any expression other
    than a branch name; when `local_files_only=True`; in tests and in example code, which shows the call rather than depends on it.

    ## References
    Hugging Face Hub documentation on revisions; Sculley et al. 2015 on unstable data dependencies.
    """

    code = "DEP102"
    severity = Severity.WARNING
    minutes = 15
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        found = [(name.removeprefix("hf-hub:"), to_plain(finding)) for name, finding in self._unpinned_in(module)]
        return ("found", tuple(found)) if found else None

    def collect_text(self, document: TextDocument) -> Any:
        """Whose project it is: the accounts that its first page links to most, and again and again; and what it is called there."""
        if not _README.match(document.path):
            return None
        links = Counter((owner.lower(), name.lower()) for owner, name in _GITHUB.findall(document.text))
        owners: Counter[str] = Counter()
        for (owner, _), times in links.items():
            owners[owner] += times
        kept = {owners.most_common(1)[0][0], *(owner for owner, times in owners.items() if times > 2)} if owners else set()
        names = {name.removesuffix(".git") for (_, name), _ in links.most_common(1)}
        return ("own", sorted(kept), sorted(names)) if kept else None

    def collect_requirements(self, document: RequirementsDocument) -> Any:
        """The addresses and the name that the project gives itself."""
        if document.path != "pyproject.toml":
            return None
        addresses = [found for line in document.lines for found in _OWN_ADDRESS.findall(line)]
        names = {name for _, name in addresses} | {found[1] for line in document.lines if (found := _NAME.match(line))}
        return ("own", sorted({owner for owner, _ in addresses}), sorted(names))

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        own = [data for _, (kind, *data) in collected if kind == "own"]
        accounts = {_plain(owner) for owners, _ in own for owner in owners}
        names = tuple(plain for _, called in own for name in called if len(plain := _plain(name)) >= _TELLING)
        for path, (kind, *data) in collected:
            if kind == "found":
                yield from (from_plain(finding, path) for name, finding in data[0] if not _is_own(name, accounts, names))

    def _unpinned_in(self, module: Module) -> Iterator[_Found]:
        fetched = list(module.calls_listed(FETCHES))
        own = _publishers(module) if fetched or "from_pretrained" in module.words_called else set()
        yield from self._from_pretrained(module, own)
        for call, argument in fetched:
            source = call.argument(argument)
            if _is_remote(source, call) and not _is_pinned(call) and source.value.partition("/")[0] not in own:
                yield self._unpinned(call, source.value)
        yield from self._hubs_with_versions_in_the_name(module)
        for call in module.calls_under("torchvision.models.") if module.imports("torchvision") else ():
            if call.method and _is_default(call.argument("weights")):
                yield "", self.finding(
                    call, f"`DEFAULT` loads whatever weights the installed torchvision holds to be the best for `{call.method}`",
                    advice="name the weights, e.g. `weights=ResNet50_Weights.IMAGENET1K_V2`", severity=Severity.INFO, minutes=5,
                )  # fmt: skip

    def _from_pretrained(self, module: Module, own: set[str]) -> Iterator[_Found]:
        if "from_pretrained" not in module.words_called:
            return
        saved = {call.argument("save_directory", 0).value for call in module.method_calls("save_pretrained", "save_model")}
        saved |= {call.argument("repo_id", 0).value for call in module.method_calls("push_to_hub")}
        for call in module.method_calls("from_pretrained"):
            source = call.argument("pretrained_model_name_or_path", 0)
            if not _is_remote(source, call) or source.value in saved or _is_pinned(call) or source.value.partition("/")[0] in own:
                continue
            if _is_of_hub(call, source.value) and not _is_written(module, source.value):
                yield self._unpinned(call, source.value)

    def _hubs_with_versions_in_the_name(self, module: Module) -> Iterator[_Found]:
        for call in module.calls_to("torch.hub.load"):
            repository = call.argument("repo_or_dir", 0)
            local = call.argument("source").value == "local"
            if _is_remote(repository, call) and ":" not in repository.value and not local:
                yield self._unpinned(call, repository.value, "append a tag or commit to the name: `owner/repo:v1.2.3`")
        for call in module.calls_to("tensorflow_hub.load", "tensorflow_hub.KerasLayer", "tensorflow_hub.Module"):
            handle = call.argument("handle", 0)
            if isinstance(handle.value, str) and handle.value.startswith("https://") and not re.search(r"/\d+/?$", handle.value):
                yield self._unpinned(call, handle.value, "name the version at the end of the address: `…/4`")
        for call in module.calls_to("timm.create_model", "timm.models.create_model"):
            name = call.argument("model_name", 0)
            if isinstance(name.value, str) and name.value.startswith(("hf-hub:", "hf_hub:")) and "@" not in name.value:
                yield self._unpinned(call, name.value, "append the commit: `hf-hub:owner/name@<commit>`")

    def _unpinned(self, call: Call, name: str, advice: str = "pass `revision=` with a commit hash or tag") -> _Found:
        return name, self.finding(call, f'"{name}" is fetched without a revision: its owner can change what this line loads', advice=advice)


def _is_own(name: str, accounts: set[str], names: tuple[str, ...]) -> bool:
    """Whether `shop-ai/orders-small` belongs to a project by its account, or by what it is called after."""
    owner, slash, rest = name.partition("/")
    if not slash or ":/" in name:
        return False
    plain = _plain(owner)
    related = len(plain) >= _TELLING and any(account.startswith(plain) or account.endswith(plain) for account in accounts)
    longer = any(len(account) >= _TELLING and plain.startswith(account) for account in accounts)
    return plain in accounts or related or longer or _plain(rest).startswith(names or ("/",))


def _is_written(module: Module, name: str) -> bool:
    """Whether the file tells another call to write there: `train(texts, save_path="own_tokenizer")`."""
    return "/" not in name and any(
        isinstance(keyword.value, ast.Constant) and keyword.value.value == name and _WRITING.intersection(tokens(keyword.arg or ""))
        for call in module.calls for keyword in call.node.keywords
    )  # fmt: skip


def _plain(account: str) -> str:
    """Accounts of two hubs are compared by their letters and digits."""
    return "".join(character for character in account.lower() if character.isalnum())


def _publishers(module: Module) -> set[str]:
    """The account that the file publishes under, whose other things are the author's own: `model.push_to_hub(f"ann/{name}")`."""
    places = [call.argument("repo_id", 0).node for call in module.method_calls("push_to_hub", "create_repo", "upload_folder")]
    places += [keyword.value for call in module.method_calls("TrainingArguments", "Seq2SeqTrainingArguments") for keyword in call.node.keywords
               if keyword.arg == "hub_model_id"]  # fmt: skip
    found = set()
    for place in places:
        for value in module.resolver.values(place) if place is not None else ():
            first = value.values[0] if isinstance(value, ast.JoinedStr) and value.values else value
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and "/" in first.value:
                found.add(first.value.partition("/")[0])
    return found


def _is_of_hub(call: Call, name: str) -> bool:
    """Whether a library of the hub is asked; of what cannot be resolved, the form of the name tells."""
    if any(asked.startswith(("transformers.", "diffusers.", "peft.", "tokenizers.")) for asked in call.names):
        return True
    return "/" in name and not call.names


def _is_remote(source: Argument, call: Call) -> bool:
    name = source.value
    if not isinstance(name, str) or name.endswith(".py") or not (_HUB_NAME.match(name) or (":" in name and "/" in name)):
        return False
    if (name in _LOCAL_BUILDERS and "datasets.load_dataset" in call.names) or call.argument("local_files_only").value is True:
        return False
    if name.lower().partition("/")[0] in _FOLDERS and "/" in name:
        return False
    return not name.startswith((".", "/", "~")) and not (_LOCAL_WORDS.search(name.lower()) and name.count("/") != 1)


def _is_default(weights: Argument) -> bool:
    """`weights="DEFAULT"` and `weights=ResNet50_Weights.DEFAULT`: an alias that newer versions point elsewhere."""
    node = weights.node
    return weights.value == "DEFAULT" or (isinstance(node, ast.Attribute) and node.attr == "DEFAULT")


def _is_pinned(call: Call) -> bool:
    revision = call.argument("revision")
    return revision.state == "unknown" or (revision.given and revision.value is not None and revision.value not in _BRANCHES)
