"""TST109."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Role, Rule, Safety, Severity, loaders, tokens, with_argument

_COMPOSERS = ("torchvision.transforms.Compose", "torchvision.transforms.v2.Compose", "albumentations.Compose")
_RANDOM = frozenset({
    "RandomCrop", "RandomResizedCrop", "RandomSizedCrop", "RandomHorizontalFlip", "RandomVerticalFlip", "RandomRotation", "RandomAffine",
    "RandomPerspective", "RandomErasing", "ColorJitter", "RandomGrayscale", "AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix",
    "HorizontalFlip", "VerticalFlip", "ShiftScaleRotate", "RandomBrightnessContrast",
})  # fmt: skip
_ON_PURPOSE = frozenset(
    {"tta", "aug", "augment", "augmented", "augmentation", "corrupt", "noisy", "robust", "robustness", "contrastive", "views"}
)


class PartialEvaluation(Rule):
    """A test or validation set is scored in part, or on samples that are drawn anew each time.

    ## What it finds
    `torch.utils.data.DataLoader` with `drop_last=True`, where the names around the call say that it serves validation or test, or where
    the flag is set in a branch for them (`if flag == "test": drop_last = True`); and transforms of evaluation images that draw at random
    (`test_transform = Compose([RandomCrop(224), …])`).

    ## Why it is debt
    Up to a batch of samples is never scored, and which ones depends on the batch size: two runs with other batch sizes report
    accuracies on other sets; with random crops and flips, two runs of one model do (Arpteg et al. 2018, testing).

    ## Bad
    ```python
    from torch.utils.data import DataLoader

    test_loader = DataLoader(test_set, batch_size=256, drop_last=True)  # finding: TST109
    ```

    ## Good
    ```python
    from torch.utils.data import DataLoader

    test_loader = DataLoader(test_set, batch_size=256)
    ```

    ## Fix
    Unsafe, since code behind the loader may count on full batches.
    ```python
    from torch.utils.data import DataLoader

    test_loader = DataLoader(test_set, batch_size=256, drop_last=False)
    ```

    ## When it stays silent
    When neither the result nor the data is named for evaluation; when the flag comes from outside; for training; for batches of one, or
    that are drawn now and then from an iterator; for transforms that are named for augmentation at test time. Loops that stop early and
    slices of evaluation data are not looked at: most are quick checks.

    ## References
    PyTorch documentation of DataLoader.
    """

    code = "TST109"
    severity = Severity.ERROR
    minutes = 15

    def python(self, module: Module) -> Iterator[Finding]:
        yield from self._random(module)
        if not module.imports("torch"):
            return
        said: set[int] = set()
        for call in module.calls_to("torch.utils.data.DataLoader"):
            flag = call.argument("drop_last")
            named = {role for name in (*call.target_names, *call.data_names) for role in module.roles_of(name)}
            if call.argument("batch_size").value == 1:
                continue  # there is no incomplete batch of one
            if loaders.is_drawn_from(module, call):
                continue  # batches for the log
            if flag.value is True and flag.keyword is not None and flag.is_literal and named and Role.TRAIN not in named:
                names = call.target_names or call.data_names
                yield self.finding(
                    call, f"`{names[0]}` drops its last incomplete batch: those samples are never evaluated",
                    advice="take `drop_last=True` away from evaluation loaders",
                    fix=with_argument(call, "drop_last", "False", title="set drop_last=False", safety=Safety.UNSAFE),
                )  # fmt: skip
            if flag.node is not None and not flag.is_literal:
                for value in _kept_for_evaluation(module, flag.node):
                    if id(value) not in said:
                        said.add(id(value))
                        yield self.finding(
                            module.at(value), "evaluation data drops its last incomplete batch here: those samples are never evaluated",
                            advice="set it to False in the branch for evaluation",
                        )  # fmt: skip

    def _random(self, module: Module) -> Iterator[Finding]:
        for call in module.calls_to(*_COMPOSERS):
            name = call.target_names[0] if call.target_names else ""
            if module.role_of(name) not in (Role.VALIDATION, Role.TEST) or set(tokens(name)) & _ON_PURPOSE:
                continue
            steps = call.node.args[0].elts if call.node.args and isinstance(call.node.args[0], (ast.List, ast.Tuple)) else []
            drawn = next((step for node in steps if (step := module.call(node)) is not None and step.method in _RANDOM), None)
            if drawn is not None:
                yield self.finding(
                    drawn, f"`{name}` draws at random (`{drawn.method}`): each evaluation is of other data",
                    advice="evaluate on what is the same each time: `Resize` and `CenterCrop`",
                )  # fmt: skip


def _kept_for_evaluation(module: Module, flag: ast.expr) -> Iterator[ast.expr]:
    """The `True` of `if split == "test": drop_last = True`, where the name comes to the call."""
    for binding in module.resolver.reaching(flag) if isinstance(flag, ast.Name) else []:
        branch = getattr(binding.node, "up", None)
        if binding.kind != "assign" or not isinstance(binding.value, ast.Constant) or binding.value.value is not True:
            continue
        if isinstance(branch, ast.If) and binding.node in branch.body and isinstance(branch.test, ast.Compare):
            words = {part.value for part in ast.walk(branch.test) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
            roles = {module.role_of(word) for word in words}
            if (
                roles
                and roles <= {Role.VALIDATION, Role.TEST}
                and isinstance(branch.test.ops[0], (ast.Eq, ast.In))
                and not _takes_one(branch)
            ):
                yield binding.value


def _takes_one(branch: ast.If) -> bool:
    """Whether the branch sets batches of one, of which none is ever incomplete."""
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value == 1
        and any(isinstance(target, ast.Name) and "batch" in tokens(target.id) for target in node.targets)
        for statement in branch.body
        for node in ast.walk(statement)
    )
