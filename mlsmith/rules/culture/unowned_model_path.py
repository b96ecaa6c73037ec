"""CUL103."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Context, Finding, Module, Place, Project, Rule, Severity, TextDocument, serving, tokens
from mlsmith.rules.kit.context import context_of_path
from mlsmith.rules.kit.owners import PLACES, OwnerRule, Owners, owner_rules

_LIBRARIES = frozenset({
    "torch", "tensorflow", "keras", "sklearn", "lightgbm", "xgboost", "catboost", "lightning", "pytorch_lightning", "transformers", "jax", "flax",
})  # fmt: skip
_TRAINERS = (
    "lightgbm.train", "xgboost.train", "transformers.Trainer().train", "transformers.Seq2SeqTrainer().train", "trl.SFTTrainer().train",
)  # fmt: skip
_CONFIGURING = frozenset({"conf", "config", "configs", "configuration", "configurations", "cfg", "cfgs", "hparams", "hyperparameters"})
_CONFIGURATIONS = frozenset({"config", "params", "hparams", "hyperparameters", "settings"})
_TRAINING = frozenset({"train", "training", "trainer", "fit", "finetune", "finetuning", "pretrain", "learn", "learning"})
_MANY = 3
"""Files that train, whatever they are called"""
_PIPELINE = frozenset({"ci", "docker", "dockerfile", "pyproject", "requirements", "setup", "codeowners", "license", "security"})
"""What decides how the project is built, by the beginnings of names"""
_KINDS = {"t": "training", "s": "serving", "c": "configuration"}


class UnownedModelPath(Rule):
    """CODEOWNERS names no owner for the code that trains or serves, or for its configurations.

    ## What it finds
    A CODEOWNERS file whose rules, the last one that matches a path deciding, leave without an owner every file that trains, every file that
    serves, or every configuration of a project that does. One finding a project. It is read as GitHub and GitLab do, sections and lines without owners
    included.

    ## Why it is debt
    Who is asked to review is told by that file. Where it speaks of workflows and documents only, what decides about the model is changed
    without anybody of the other profession having seen it: cultural debt between those who do research and those who run the system
    (Sculley et al. 2015; Arpteg et al. 2018).

    ## Bad
    ```text CODEOWNERS
    /docs/ @shop/writers
    # finding on the line above: CUL103
    ```
    ```python src/train.py
    from sklearn.linear_model import Ridge

    Ridge().fit(features, labels)
    ```

    ## Good
    ```text CODEOWNERS
    /docs/ @shop/writers
    /src/ @shop/models
    ```
    ```python src/train.py
    from sklearn.linear_model import Ridge

    Ridge().fit(features, labels)
    ```

    ## Fix
    None: who owns the model is for the team to say.

    ## When it stays silent
    Without a CODEOWNERS file, or where it names owners of the pipeline only (`.github/`, `pyproject.toml`), because then it is a lock and no list
    of who answers for what; where one file of a kind has an owner, because then the team has thought of it; for a helper or two that fit something
    on the way; for tests, examples, documentation, vendored code and what a front end configures; for files named CODEOWNERS where no forge
    looks for them.

    Off by default: of 66 repositories of machine learning that have such a file, 44 give everything an owner, and the rule was run on the others.
    One of eleven findings held as it was said; five were about locks on the pipeline, five named a file that neither trains, serves nor
    configures. All of these are silent since, and the two findings that are left are too few to say that nine of ten hold.

    ## References
    GitHub Docs, About code owners; GitLab Docs, Code Owners; Sculley et al. 2015, section on cultural debt.
    """

    code = "CUL103"
    severity = Severity.INFO
    minutes = 15
    default_on = False

    def collect(self, module: Module) -> Any:
        if module.context is not Context.CODE or not module.packages & (_LIBRARIES | {*serving.FRAMEWORKS}):
            return None
        learns = bool(module.packages & _LIBRARIES)
        trains = learns and (any(module.method_calls("fit", "backward", "fit_generator")) or any(module.calls_to(*_TRAINERS)))
        serves = serving.is_serving(module) and ((learns and serving.endpoints(module)) or serving.predictions(module.calls))
        return ("t" if trains else "") + ("s" if serves else "") or None

    def collect_config(self, document: ConfigDocument) -> Any:
        *folders, name = document.path.split("/")
        path = document.path
        if context_of_path(path) is not Context.CODE or path.startswith(".") or "compose" in name or "test" in path:
            return None
        named = document.format != "json" and name.rpartition(".")[0].lower() in _CONFIGURATIONS
        return "c" if named or any(map(_is_configuring, folders)) else None

    def collect_text(self, document: TextDocument) -> Any:
        return tuple(tuple(rule) for rule in owner_rules(document.text)) if document.path in PLACES else None

    def project(self, project: Project) -> Iterator[Finding]:
        kept = dict(project.collected(self))
        place = next((path for path in PLACES if path in kept), None)
        if place is None:
            return
        rules = [OwnerRule(*rule) for rule in kept.pop(place)]
        if all(_is_of_the_pipeline(rule.pattern) for rule in rules if rule.owned):
            return
        owners = Owners(rules)
        by_kind = {kind: [path for path, kinds in kept.items() if path not in PLACES and kind in kinds] for kind in _KINDS}
        if not by_kind["t"] and not by_kind["s"]:
            return
        by_kind["t"].sort(key=lambda path: not _is_training(path))
        if len(by_kind["t"]) < _MANY and not any(map(_is_training, by_kind["t"])):
            by_kind["t"] = []  # a helper that fits something on the way
        with_code = {path.partition("/")[0] for path in project.files}  # a front end has configurations of its own
        by_kind["c"] = [p for p in by_kind["c"] if (top := p.partition("/")[0]) == p or top in with_code or _is_configuring(top)]
        unowned = [
            f"{_KINDS[kind]} (`{paths[0]}`{f' and {len(paths) - 1} more' if paths[1:] else ''})"
            for kind, paths in by_kind.items() if paths and not any(map(owners.has_owner, paths))
        ]  # fmt: skip
        if unowned:
            yield self.finding(
                Place.of_line(place, (1, 1, 1, 2), "owners"), f"nobody is named here as the owner of {', of '.join(unowned)}",
                advice="add rules for these paths; the last rule that matches decides",
            )  # fmt: skip


def _is_configuring(folder: str) -> bool:
    return bool(_CONFIGURING & set(tokens(folder)))


def _is_of_the_pipeline(pattern: str) -> bool:
    first, last = (parts := pattern.strip("/").split("/"))[0], parts[-1]
    return first.startswith(".") or bool(_PIPELINE & {first.lower(), last.partition(".")[0].lower()})


def _is_training(path: str) -> bool:
    return bool(_TRAINING & set(tokens(path)))
