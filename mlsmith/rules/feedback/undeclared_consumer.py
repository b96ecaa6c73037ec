"""FBL103."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from mlsmith.rules.kit import ConfigDocument, Finding, Module, Project, Rule, Severity
from mlsmith.rules.kit.collect import place_from
from mlsmith.rules.kit.data_dependencies import accesses_of, holds_predictions, is_covered, reads_what
from mlsmith.rules.kit.data_facts import data_facts, values_in


class UndeclaredConsumer(Rule):
    """Code reads what the model predicted, and nobody has declared that it does.

    ## What it finds
    A file or table into which the project writes predictions (what `predict` gave, or what its name says), read in a file of code that no
    declared consumer covers by its `paths`: neither the code that reads, nor the place that is read.

    ## Why it is debt
    Whoever changes the model asks those who are known to use it. A consumer that nobody declared breaks in silence, or feeds back what it
    read (Sculley et al. 2015, undeclared consumers).

    ## Bad
    ```toml settings
    [[data.model]]
    name = "churn"

    [[data.consumer]]
    name = "mailing"
    reads = ["churn"]
    paths = ["mailing/*.py"]
    ```
    ```python score.py
    import pandas as pd

    customers = pd.read_csv("customers.csv")
    customers["score"] = model.predict(customers)
    customers.to_csv("out/predictions.csv")
    ```
    ```python pricing/discount.py
    import pandas as pd

    likely = pd.read_csv("out/predictions.csv")  # finding: FBL103
    ```

    ## Good
    ```toml settings
    [[data.model]]
    name = "churn"

    [[data.consumer]]
    name = "mailing"
    reads = ["churn"]
    paths = ["mailing/*.py"]

    [[data.consumer]]
    name = "pricing"
    owner = "sales"
    reads = ["churn"]
    paths = ["pricing/*.py"]
    ```
    ```python score.py
    import pandas as pd

    customers = pd.read_csv("customers.csv")
    customers["score"] = model.predict(customers)
    customers.to_csv("out/predictions.csv")
    ```
    ```python pricing/discount.py
    import pandas as pd

    likely = pd.read_csv("out/predictions.csv")
    ```

    ## Fix
    None: whether this use is wanted, and who answers for it, has to be asked.

    ## When it stays silent
    Where no consumer is declared, or one is without `paths`, so that it could be anyone; in a file that writes to the place itself, be it to
    add to what it wrote before; in tests; for places that cannot be followed.

    Its precision was read on projects as if each declared one consumer, elsewhere: of 12 findings 6 were right. The others were figures, and
    histories that a file adds to; both are silent now. On what was read after that, see the table of precision.

    ## References
    Sculley et al. 2015, Hidden technical debt in machine learning systems, section 2; Arpteg et al. 2018.
    """

    code = "FBL103"
    severity = Severity.WARNING
    minutes = 30
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        facts, consumers = data_facts(module), module.settings.data.consumer
        if facts is None or not consumers or not all(consumer.paths for consumer in consumers):
            return None
        patterns = tuple(pattern for consumer in consumers for pattern in consumer.paths)
        return facts, any(fnmatchcase(module.path, pattern) for pattern in patterns), patterns

    def collect_config(self, document: ConfigDocument) -> Any:
        return values_in(document)

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        declared = {path: data[1:] for path, data in collected if path in project.files}
        if not declared:
            return
        seen = accesses_of(project, [(path, data[0] if path in declared else data) for path, data in collected])
        outputs = [one for one in seen if holds_predictions(one)]
        kept = {(one.path, one.place) for one in seen if one.way == "w"}
        said: set[tuple[str, str]] = set()
        for read in seen:
            covered, patterns = declared[read.path]
            writer = next((one for one in outputs if read.path != one.path and reads_what(one, read)), None)
            if writer is None or covered or is_covered(read.place, patterns) or (read.path, read.place) in said | kept:
                continue
            said.add((read.path, read.place))
            yield self.finding(
                place_from(read.path, project, read.where),
                f"`{read.place}` holds predictions ({writer.path}:{writer.line} writes them), and no declared consumer reads them here",
                advice="declare it with its owner: [[tool.mlsmith.data.consumer]] with name, reads and paths",
            )  # fmt: skip
