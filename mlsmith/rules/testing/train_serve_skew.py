"""TST106."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Finding, Module, Project, Rule, Severity
from mlsmith.rules.kit.collect import place_from
from mlsmith.rules.kit.formulas import differ
from mlsmith.rules.kit.preparation import UNSURE, preparation
from mlsmith.rules.kit.units import carried_units, declared_units, unit_declared, unit_of_name

_Values = dict[str, list[tuple[str, str, Any]]]
"""What → (text, file, where)"""
_MOST = 20


class TrainServeSkew(Rule):
    """A model is asked with inputs that are prepared otherwise than those it was trained on.

    ## What it finds
    A file that trains and one that answers with predictions, of which the second loads what the first saved (or both have one name but for their
    part: `train_digits.py`, `predict_digits.py`), and that prepare inputs differently: the same constant (`MAX_LEN`, `SAMPLE_RATE`, `IMG_SIZE`, `MEAN`)
    with another value; `Normalize`, `pad_sequences` or `mfcc` with other arguments; pixels that are divided by 255 on one side and not, or by
    another `preprocess_input`, on the other; one list of classes or features in two orders; one mapping of words to numbers with other numbers;
    a column of one name computed by formulas that give other values. What either file imports from the project counts as its own.

    And a column that gets a value in another unit than a contract of data states for it (a field `unit` in YAML, TOML or JSON), or than its own name
    says: `row["amount"] = message["amount_cents"]` where amounts are in euro, `row["delay_seconds"] = message["delay_ms"]`.

    ## Why it is debt
    Nothing fails: the model answers, and every answer is of a world that it has never seen. Offline figures stay good, since they are computed on
    the training side (Arpteg et al. 2018, testing and the hand-over between departments; Breck et al. 2017, training/serving skew).

    ## Bad
    ```python train.py
    from torchvision import transforms

    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    for images, labels in loader(prepare):
        criterion(model(images), labels).backward()
    ```
    ```python predict.py
    from torchvision import transforms

    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])])  # finding: TST106
    model.load_state_dict(weights)
    model.eval()
    print(model(prepare(image)))
    ```

    ## Good
    ```python prepare.py
    from torchvision import transforms

    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    ```
    ```python train.py
    from prepare import prepare

    for images, labels in loader(prepare):
        criterion(model(images), labels).backward()
    ```
    ```python predict.py
    from prepare import prepare

    model.load_state_dict(weights)
    model.eval()
    print(model(prepare(image)))
    ```

    ## Fix
    None: which of the two the model was trained with is known to those who trained it.

    ## When it stays silent
    Where no saved model or name ties the two files together, or more than one file may have trained it; where either side has two values, or
    one that is not written out; for constants whose name says nothing of inputs; for formulas that differ by a unit (what people type in is
    seldom what data hold) or by a guard against zero; where functions that are not seen may have scaled a picture; for units, where anything is computed
    on the way, and where two contracts disagree. In the 42 repositories in which it
    could tie both sides together it found nothing to say: code that is public seldom holds both, and what does mostly agrees.

    ## References
    Breck et al. 2017, The ML test score, Infra and Monitor tests; Arpteg et al. 2018, section on testing.
    """

    code = "TST106"
    severity = Severity.ERROR
    minutes = 60
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        prepared, carried = preparation(module), () if module.is_test else carried_units(module)
        return (prepared, carried) if prepared or carried else None

    def collect_config(self, document: ConfigDocument) -> Any:
        return declared_units(document) or None

    def project(self, project: Project) -> Iterator[Finding]:
        yield from self._other_units(project)
        facts = {path: data[0] for path, data in project.collected(self) if path in project.files and data[0]}
        imported = _imports(project, facts)
        trainers = {path: fact for path, fact in facts.items() if fact[0] == "t"}
        told: set[tuple[str, int]] = set()
        for path, fact in facts.items():
            trainer = _trainer(path, fact, trainers) if fact[0] == "s" else ""
            if not trainer:
                continue
            here, there = _values(path, facts, imported), _values(trainer, facts, imported)
            for what in sorted(here.keys() & there.keys()):
                answer, training = _only(here[what]), _only(there[what])
                if not answer or not training or answer[1] == training[1] or (answer[1], answer[2][0]) in told:
                    continue
                said = _skew(what, answer[0], training[0])
                if said:
                    told.add((answer[1], answer[2][0]))
                    yield self.finding(
                        place_from(answer[1], project, answer[2]),
                        f"{said} ({training[1]}:{training[2][0]}): the model is asked otherwise than it was trained",
                        advice="prepare inputs in one place that training and serving both import, or keep it with the model",
                    )

    def _other_units(self, project: Project) -> Iterator[Finding]:
        declared: dict[str, dict[str, str]] = {}
        for path, data in project.collected(self):
            for column, unit, line in data if path not in project.files else ():
                declared.setdefault(column, {}).setdefault(unit, f"{path}:{line}")
        for path, data in project.collected(self):
            for column, name, where in data[1] if path in project.files else ():
                wanted, shown = _unit_kept(column, declared.get(column, {}))
                given = unit_of_name(name)
                if wanted and given and wanted[0] == given[0] and wanted[1] != given[1]:
                    yield self.finding(
                        place_from(path, project, where),
                        f"`{column}` is kept in {shown} and gets `{name}` as it is: the model is asked in another unit than it was trained on",
                        advice=f"convert {given[1]} to {wanted[1]} where the value comes in",
                    )


def _unit_kept(column: str, stated: dict[str, str]) -> tuple[tuple[str, str] | None, str]:
    """The (dimension, unit) of a column, as contracts state it or its own name says, and how that is shown; None where contracts disagree."""
    own = unit_of_name(column)
    if not stated:
        return own, own[1] if own else ""
    (unit, place), *others = stated.items()
    wanted = unit_declared(unit)
    if others or wanted is None:
        return None, ""
    return wanted, wanted[1] if wanted == own else f"{unit} ({place})"


def _imports(project: Project, facts: dict[str, Any]) -> dict[str, list[str]]:
    """File → files of the project that it imports something from, and that prepare inputs."""
    modules = {project.files[path].module: path for path in facts if path in project.files}
    last: dict[str, list[str]] = {}
    for module in modules:
        last.setdefault(module.rpartition(".")[2], []).append(module)
    found: dict[str, list[str]] = {}
    for path in facts:
        found[path] = []
        for origin in (*(origin for _, origin in project.files[path].imports), *project.files[path].stars):
            for name in (origin, origin.rpartition(".")[0]):
                near = [m for m in last.get(name.rpartition(".")[2], ()) if m == name or m.endswith(f".{name}")]
                near.sort(key=lambda m: -_shared(modules[m], path))
                found[path] += [modules[near[0]]] if near and modules[near[0]] != path else []
    return found


def _values(path: str, facts: dict[str, Any], imported: dict[str, list[str]]) -> _Values:
    found: _Values = {}
    reached = [path]
    for file in reached:
        reached += [other for other in imported[file] if other not in reached][:_MOST]
        for what, text, where in facts[file][4]:
            found.setdefault(what, []).append((text, file, where))
    return found


def _only(values: list[tuple[str, str, Any]]) -> tuple[str, str, Any] | None:
    """The value that all have; None where there are two, or one is not known."""
    return values[0] if len({text for text, *_ in values}) == 1 and values[0][0] != UNSURE else None


def _shared(one: str, other: str) -> int:
    """Folders from the top that two files have in common."""
    first, second = one.split("/")[:-1], other.split("/")[:-1]
    return next((depth for depth, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))


def _trainer(path: str, fact: Any, trainers: dict[str, Any]) -> str:
    """The one file that trained what a file answers with; empty where there is none, or more than one."""
    kept = [other for other, data in trainers.items() if set(data[2]) & set(fact[3])]
    best = max((_shared(other, path) for other in kept), default=0)
    kept = [other for other in kept if _shared(other, path) == best]
    if kept:
        return kept[0] if len(kept) == 1 and (best or _is_small(trainers)) else ""
    folder = path.rpartition("/")[0]
    siblings = [other for other, data in trainers.items() if other.rpartition("/")[0] == folder and data[1] == fact[1]]
    near = siblings or list(trainers)
    return near[0] if len(near) == 1 and not (fact[3] and trainers[near[0]][2]) else ""


def _is_small(trainers: dict[str, Any]) -> bool:
    """Whether the project trains in few places, so that `model.pkl` is not a name for many."""
    return len(trainers) <= 4


def _skew(what: str, one: str, other: str) -> str:
    """What is said of two values, the first of serving; empty where they may be the same."""
    kind, _, name = what.partition(" ")
    if one == other:
        return ""
    if kind == "formula":
        return f"`{name}` is `{one}` here and `{other}` in training" if differ(one, other) else ""
    if kind == "order":
        return f"`{name}` has its names in another order than in training" if one.split()[0] == other.split()[0] else ""
    if kind == "mapping":
        return _mapped_otherwise(name, *(dict(line.split("=", 1) for line in text.split("\n")) for text in (one, other)))
    if kind == "pixels":
        return f"pixels are {one} here and {other} in training"
    if kind == "argument":
        function, _, argument = name.partition(" ")
        return f"`{argument}` of `{function}` is {one} here and {other} in training"
    return f"`{name}` is {one} here and {other} in training"


def _mapped_otherwise(name: str, here: dict[str, str], there: dict[str, str]) -> str:
    """Words that become other numbers; numbers that become other words are mostly told to people, unless they are the same words exchanged."""
    if all(key.isdigit() for key in here) and sorted(here.values()) != sorted(there.values()):
        return ""
    key = next((key for key in sorted(here.keys() & there.keys()) if here[key] != there[key]), None)
    return f"`{name}` makes {key!r} {here[key]} here and {there[key]} in training" if key is not None else ""
