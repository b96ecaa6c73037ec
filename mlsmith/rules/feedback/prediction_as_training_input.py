"""FBL101."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlsmith.rules.kit import Confidence, ConfigDocument, Finding, Module, Project, Rule, Severity, tokens
from mlsmith.rules.kit.collect import place_from
from mlsmith.rules.kit.data_dependencies import Seen, accesses_of, holds_predictions, reads_what
from mlsmith.rules.kit.data_facts import data_facts, may_come_back, values_in

_MEANT = frozenset({
    "oof", "stack", "stacked", "stacking", "blend", "blending", "meta", "level", "ensemble", "distill", "distillation", "teacher", "student", "pseudo",
    "soft", "embedding", "embeddings", "imputed", "filled", "bottleneck", "folds",
})  # fmt: skip
"""Words of models that are trained on each other's answers because somebody wanted that"""


class PredictionAsTrainingInput(Rule):
    """What a model predicted comes back as what it is trained on, through a file or a table.

    ## What it finds
    A file or table into which the project's code writes what `predict` gave (or that is named for predictions: medium confidence), and which
    code that trains reads: what is read reaches a `fit` or a `train…` call, in its own function, through the function that gives it back, or
    through a parameter. Both places have to be written out, in the code, in a configuration, or by those who call; nothing in either file
    speaks of exploration, a propensity or a group held back.

    ## Why it is debt
    The model learns from a world that it made itself: what it blocked gets no label, what it recommended gets clicks, and each training confirms the
    last. Nobody sees it from either side, since the two halves only share a file (Sculley et al. 2015, hidden feedback loops; Arpteg et
    al. 2018, unintended feedback loops).

    ## Bad
    ```python score.py
    import pandas as pd

    payments = pd.read_parquet("data/payments.parquet")
    payments["blocked"] = model.predict(payments[FEATURES])
    payments.to_parquet("data/decisions.parquet")
    ```
    ```python train.py
    import pandas as pd

    decisions = pd.read_parquet("data/decisions.parquet")  # finding: FBL101
    model.fit(decisions[FEATURES], decisions["blocked"])
    ```

    ## Good
    ```python score.py
    import pandas as pd

    payments = pd.read_parquet("data/payments.parquet")
    payments["blocked"] = model.predict(payments[FEATURES])
    payments["explored"] = draw.random(len(payments)) < 0.05
    payments["propensity"] = payments["explored"].map({True: 0.05, False: 0.95})
    payments.to_parquet("data/decisions.parquet")
    ```
    ```python train.py
    import pandas as pd

    decisions = pd.read_parquet("data/decisions.parquet")
    model.fit(decisions[FEATURES], decisions["fraud"], sample_weight=1 / decisions["propensity"])
    ```

    ## Fix
    None: what to let through by chance, and what it may cost, has to be decided.

    ## When it stays silent
    For places that are put together at run time and cannot be followed; for models that are meant to learn from each other, told by the place's
    name (`oof`, `stacking`, `teacher`, `pseudo`); for predictions joined in memory, of which `pseudo-label-unmarked` speaks; for loops through
    the world outside, which no code shows. In the 240 repositories that it was tried on as it is now it found nothing to say: research code seldom trains
    on what it predicted, and code in production is seldom public.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 4; Arpteg et al. 2018.
    """

    code = "FBL101"
    severity = Severity.ERROR
    minutes = 120
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        return data_facts(module)

    def collect_config(self, document: ConfigDocument) -> Any:
        return values_in(document)

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        facts = [(project.is_asked(path), data) for path, data in collected if path in project.files]
        if not may_come_back([data for _, data in facts], [data for is_asked, data in facts if is_asked]):
            return
        seen = accesses_of(project, collected, in_loops=True)
        written = [one for one in seen if holds_predictions(one) and not one.remedied]
        said: set[tuple[str, int]] = set()
        for read in seen if written else ():
            writer = next((one for one in written if _comes_back(one, read)), None)
            if writer is not None and (read.path, read.line) not in said:
                said.add((read.path, read.line))
                yield self.finding(
                    place_from(read.path, project, read.where),
                    f"training reads `{read.place}`, into which {writer.path}:{writer.line} writes predictions",
                    confidence=Confidence.HIGH if writer.predicted else Confidence.MEDIUM,
                    advice="let a share of the cases through by chance and record how likely that was, or train on what the model did not touch",
                )  # fmt: skip


def _comes_back(written: Seen, read: Seen) -> bool:
    return read.trains and not read.remedied and not _is_meant(read.place) and reads_what(written, read)


def _is_meant(place: str) -> bool:
    return bool(set(tokens(place)) & _MEANT)
