"""DEX103."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.rules.kit import Confidence, Finding, Place, Project, Severity, tokens
from mlsmith.rules.kit.configuration_files import Key
from mlsmith.rules.kit.configuration_rule import ConfigurationRule
from mlsmith.rules.kit.configurations import Configurations
from mlsmith.rules.kit.flags import PAST
from mlsmith.rules.kit.hydra import unchosen

_BY_HAND = frozenset({
    "debug", "verbose", "quiet", "show", "plot", "save", "log", "logging", "print", "resume", "restart", "checkpoint", "dry", "visualize", "profile",
    "profiler", "wandb", "tensorboard", "tb", "logger",
    "loggers", "cuda", "gpu", "gpus", "cpu", "ddp", "distributed", "amp", "fp16", "fp32", "bf16", "half", "download", "force",
    "overwrite", "test", "eval", "overfit", "cache", "continue", "video", "deterministic", "benchmark", "compile", "export",
    "train", "training", "predict", "evaluate", "validate", "warnings", "error", "errors", "ignore", "strict", "submit", "upload", "dev", "interactive",
    "convert", "jit", "onnx", "asynchronous", "async", "parallel", "quick", "fast",
})  # fmt: skip
"""Words of switches that wait for a hand: output, hardware, and what to do in this run"""


_LEAST_FILES = 3
"""Configurations that say it alike; in fewer it may be an option that users give"""


class DeadConfigFlag(ConfigurationRule):
    """A configuration flag has one value everywhere, and keeps a branch dead.

    ## What it finds
    A boolean key of a configuration that guards a branch, wherever the configuration has been handed to, and that has the same value in
    every file of the project: the other branch cannot be reached by any configuration. At least three files say so, or one of defaults
    beside which three others stand that could say otherwise, or the name tells of the past (`use_old_…`, `legacy`). Also options of
    hydra's groups that no defaults list, script, document or code chooses, where they name a class or function of the project that nothing else names.

    ## Why it is debt
    The branch is an experiment that nobody runs, behind a switch that looks alive. Sculley et al. (2015) count such paths among the
    costs of configuration; at Knight Capital an old flag, reused, woke one up.

    ## Bad
    ```yaml config.yaml
    use_old_sampler: false  # finding: DEX103
    epochs: 3
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    if config["use_old_sampler"]:
        sample = old_sampler
    else:
        sample = new_sampler
    ```

    ## Good
    ```yaml config.yaml
    epochs: 3
    ```
    ```python train.py
    import yaml

    config = yaml.safe_load(open("config.yaml"))
    sample = new_sampler
    ```

    ## Fix
    None here, because taking a flag out touches code and configurations together: `mlsmith prune KEY=VALUE` does that, and `mlsmith prune
    --list` shows the command for each flag.

    ## When it stays silent
    When code, a command in a script, continuous integration or a document sets the key, or an option of the command line has its name;
    for switches that wait for a hand: output, hardware, resuming, caches (`debug`, `use_gpu`), and options of a library's class, which a
    `_target_` names and which are listed with their defaults; in a library that others install, except flags of the past; in groups
    without a default, and those with many options that nobody chooses, which are menus; in tests. Measured on unseen code, see the page on
    precision: none of five flags held in rounds 20 to 24, most of them options of libraries and switches of a run, which are silent since.

    ## References
    Sculley et al. 2015, sections 6 and 7; SEC release 34-70694.
    """

    code = "DEX103"
    severity = Severity.WARNING
    minutes = 30
    stands_in = frozenset({"config"})

    def dead_keys(self, project: Project) -> Iterator[tuple[str, Key, int]]:
        """(path, key, number of files that hold it) of the flags that guard a branch and have one value only."""
        known = self.known(project)
        given = known.given_by_hand() | {
            word for document in known.documents.values() for key in document.keys for word in _swept(key.keys[-1])
        }
        yield from _dead_flags(known, given)

    def project(self, project: Project) -> Iterator[Finding]:
        known = self.known(project)
        for path, key, shared in self.dead_keys(project):
            name = ".".join(key.keys)
            where = f"in all {shared} configurations" if shared > 1 else "in every configuration"
            place = Place.of_line(path, (key.line, key.column, key.line, key.column + len(key.keys[-1])), name)
            yield self.finding(
                place, f"`{name}` is {str(key.value).lower()} {where}: the other branch is dead",
                advice="delete the flag with the branch it keeps dead, or add the configuration that uses it",
            )  # fmt: skip
        for composition in known.compositions if not project.is_library else ():  # whose users choose
            for path, group, option in unchosen(composition, known.documents, known.chosen()):
                if not _configures_only(known, path):
                    continue
                yield self.finding(
                    Place.of_line(path, (1, 1, 1, 1), group + "/" + option),
                    f"no defaults list, script or document chooses `{group}={option}`", confidence=Confidence.MEDIUM,
                    advice="delete the file with the code that only it configures, or show how it is chosen",
                )  # fmt: skip


def _dead_flags(known: Configurations, given: set[str]) -> Iterator[tuple[str, Key, int]]:
    """(path, key, number of files that hold it) of the flags that guard a branch and have one value only."""
    values: dict[str, set[str]] = {}
    for document in known.documents.values():
        for key in document.keys:
            values.setdefault(key.keys[-1], set()).add(key.kind)
    spoken: set[str] = set()
    for path in sorted(known.loaded):
        loaded = known.loaded[path]
        guards = {keys for keys, reader in known.flow(path).guards if known.is_near(path, reader)} if loaded.certain else set()
        for key in known.documents[path].keys if guards else ():
            name = key.keys[-1]
            if key.value is None or len(values[name]) > 1 or name in given or name in spoken or _BY_HAND & {name.lower(), *tokens(name)}:
                continue
            if any((*package, *key.keys) in guards for package in loaded.packages) and not _is_of_a_library(known, path, key):
                spoken.add(name)
                holders = sum(
                    any(other.keys[-1] == name for other in document.keys)
                    for other_path, document in known.documents.items()
                    if _says_something(other_path)
                )
                past = bool(PAST & {name.lower(), *tokens(name)})
                if past or (not known.project.has_users and (holders >= _LEAST_FILES or _is_default_of_many(known, path))):
                    yield path, key, holders


def _is_of_a_library(known: Configurations, path: str, key: Key) -> bool:
    """Whether the key stands under a `_target_` that is not the project's: one of all the options that a library's class has."""
    return any(key.keys[: len(place)] == place and not known.definition(name) for place, name in known.documents[path].targets)


def _says_something(path: str) -> bool:
    """Whether a configuration is written by hand, for use; what a program wrote, and what a test keeps, repeats another one."""
    return "generated" not in path.lower() and not {"test", "tests"} & set(path.split("/"))


def _swept(name: str) -> tuple[str, ...]:
    """The last word of a key such as `model.encoder.freeze`, by which a sweep sets another configuration's."""
    return (name.rpartition(".")[2],) if "." in name else ()


def _is_default_of_many(known: Configurations, path: str) -> bool:
    """Whether a file of defaults is loaded in one place with several that could say otherwise, and do not."""
    stem = path.rpartition("/")[2].partition(".")[0].lower()
    others = sum(bool(other.nodes & known.loaded[path].nodes) for other in known.loaded.values()) - 1
    return ("default" in stem or "base" in stem) and others >= _LEAST_FILES


def _configures_only(known: Configurations, path: str) -> bool:
    """Whether a file names a class or function of the project that nothing else names: an option of a menu is dead only with its code."""
    own = {name for name in known.documents[path].fact.named if known.definition(name)}
    others = {name for other, document in known.documents.items() if other != path for name in document.fact.named}
    return any(name not in others and not known.is_used(name) for name in own)
