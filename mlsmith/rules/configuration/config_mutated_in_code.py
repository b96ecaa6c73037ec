"""CFG106."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Call, Finding, Function, Module, Rule, Severity, scope_of, tokens

_LOADS = (
    "yaml.safe_load", "yaml.load", "yaml.full_load", "json.load", "toml.load", "tomli.load", "tomllib.load", "omegaconf.OmegaConf.load",
    "omegaconf.OmegaConf.merge", "omegaconf.OmegaConf.create", "hydra.compose",
)  # fmt: skip
_HYDRA = ("hydra.main", "hydra.main()")
_LOADERS = frozenset({
    "load", "read", "parse", "setup", "prepare", "resolve", "override", "merge", "update", "default", "defaults", "get", "init", "make",
    "build", "process",
})  # fmt: skip
_WRITES = ("dump", "safe_dump", "dumps", "save", "write")
_CONFIGS = frozenset({"cfg", "config", "conf", "configuration", "hparams", "settings"})


class ConfigMutatedInCode(Rule):
    """A configuration is changed after it was loaded.

    ## What it finds
    A write into a configuration (`cfg.model.width = 8`, `config["lr"] = 0.1`) that the same function loaded from a file, that hydra gave it,
    or that its parameter says is a `DictConfig`, where the value is a literal.

    ## Why it is debt
    What is in the file, what is reviewed and what is logged at the start is not what the run uses. Two runs of one configuration differ by
    code (Sculley et al. 2015, configuration debt).

    ## Bad
    ```python
    import yaml

    with open("config.yaml") as file:
        config = yaml.safe_load(file)
    config["lr"] = 0.1  # finding: CFG106
    train(config)
    ```

    ## Good
    ```python
    import yaml

    with open("config.yaml") as file:
        config = yaml.safe_load(file)
    train(config)
    ```

    ## Fix
    None: the value has to move to where the configuration is made.

    ## When it stays silent
    For copies; for values that are computed, or that an option, the machine or another key decides, which have to be put somewhere; in
    functions that load or prepare configurations for others; where the configuration is written to a file again, which a migration is
    for; for data in JSON, which is told by the name of what is loaded; in tests and examples. Off by default: on 170 unseen projects it
    spoke in two, of literals that an option or another key decided, and it sees none of four places that authors mended.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 6.
    """

    code = "CFG106"
    severity = Severity.WARNING
    minutes = 15
    default_on = False
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("yaml", "json", "toml", "tomli", "tomllib", "omegaconf", "hydra"):
            return
        for node in module.syntax.assignments:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(target, (ast.Attribute, ast.Subscript)) or node.value is None or not _is_literal(node.value):
                continue
            root = _root(target)
            if root is None or not set(tokens(root.id)) & _CONFIGS:
                continue
            function = module.function_around(node)
            if (function is not None and _prepares(function)) or _is_written(module, root) or _is_decided(node, target, root):
                continue
            if _is_loaded(module, root) or (function is not None and (_from_hydra(function, root) or _is_told(function, root))):
                yield self.finding(
                    module.at(node), f"`{ast.unparse(target)[:60]}` is set here, over what the configuration file says",
                    advice="put the value into the file, or into a file for this case, so that review and records see it",
                )  # fmt: skip


def _is_written(module: Module, root: ast.Name) -> bool:
    """Whether the configuration is written out again in the same scope: then to change the file is what the program is for."""
    return any(
        isinstance(argument, ast.Name) and argument.id == root.id and scope_of(argument) is scope_of(root)
        for call in module.method_calls(*_WRITES)
        for argument in (*call.node.args, *(keyword.value for keyword in call.node.keywords))
    )


def _is_decided(node: ast.AST, target: ast.expr, root: ast.Name) -> bool:
    """Whether something else than the value itself decides: an option, a device that is there, another key of the configuration."""
    up: Any = node
    path = {root.id, "get", "None", "True", "False", *dir(builtins), *_words(target)}
    while up is not None and not isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)):
        up = up.up
        if isinstance(up, ast.If) and {word for word in _words(up.test) if not word.isdigit()} - path:
            return True
    return False


def _words(node: ast.expr) -> set[str]:
    """Names, attributes, keys and other literals in an expression."""
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    found |= {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return found | {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)}


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is not None


def _root(target: ast.expr) -> ast.Name | None:
    """`cfg` of `cfg.model["width"]`."""
    while isinstance(target, (ast.Attribute, ast.Subscript)):
        target = target.value
    return target if isinstance(target, ast.Name) else None


def _prepares(function: Function) -> bool:
    words = set(tokens(function.node.name))
    return bool(words & _LOADERS) and bool(words & _CONFIGS)


def _is_loaded(module: Module, root: ast.Name) -> bool:
    """Whether every value of the name is what a loader gave."""
    calls: list[Call | None] = [module.call(value) for value in module.resolver.values(root)]
    return bool(calls) and all(call is not None and any(name in _LOADS for name in call.names) for call in calls)


def _from_hydra(function: Function, root: ast.Name) -> bool:
    first = function.parameters[0].name if function.parameters else ""
    return root.id == first and any(name in _HYDRA for name in function.decorators)


def _is_told(function: Function, root: ast.Name) -> bool:
    """Whether the name is a parameter that is said to be a configuration of OmegaConf."""
    arguments = function.node.args
    return any(
        argument.arg == root.id and argument.annotation is not None and "DictConfig" in ast.unparse(argument.annotation)
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    )
