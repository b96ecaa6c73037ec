"""PRV104."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlsmith.regex import regex
from mlsmith.rules.kit import ConfigDocument, Finding, Module, Place, Position, Rule, Severity, Span, secrets_in

if TYPE_CHECKING:
    import ast

_ADVICE = "revoke the key, and read the new one from the environment or a secret store: it stays in the history of the repository"
_COMMAND = regex(r"(wandb login(?: --relogin)?\s+|KAGGLE_KEY=|WANDB_API_KEY=|HF_TOKEN=|OPENAI_API_KEY=)[\"']?([A-Za-z0-9_-]{32,60})")

_ONE_PIECE = regex(r"(?=[\w+/=.-]{16,}$|[a-z+]+://\S+:\S+@)(?:[^0-9]*[0-9]|hf_)")
_SHORTEST = 16
_LONGEST = 2_000
_QUOTE = regex(r"[\"']")


class CommittedSecret(Rule):
    """A key of a service is in the repository.

    ## What it finds
    Keys of services that machine-learning code talks to, in Python with its comments, notebooks and their outputs, and configurations: Hugging Face,
    OpenAI, Anthropic, Weights & Biases, Neptune, Comet, Kaggle, AWS, Google, GitHub, Slack and databases with a password; by their
    form, or by the name beside them. The key is never shown: reports print stars in its place.

    ## Why it is debt
    Whoever can read the repository, now or in its history, can read the data, run up the bill, and write models that others load
    (Arpteg et al. 2018, privacy and safety).

    ## Bad
    ```python
    import wandb

    wandb.login(key="0f4c8a1b9d3e7265a8b1c94d0e6f37b25d8c1a90")  # finding: PRV104
    ```

    ## Good
    ```python
    import os

    import wandb

    wandb.login(key=os.environ["WANDB_API_KEY"])
    ```

    ## Fix
    None: the key has to be revoked first; deleting it leaves it in the history.

    ## When it stays silent
    For placeholders and values of little entropy; for passwords of databases on this machine; for keys in comments that only a name makes
    keys, and for files of other kinds, which gitleaks and the like look for. There is no fix, as taking the key away does not take it out of the history.

    ## References
    Documentation of the services on the form of their keys; gitleaks and trufflehog for the whole history.
    """

    code = "PRV104"
    severity = Severity.ERROR
    minutes = 30
    speaks_in_tests = True

    def python(self, module: Module) -> Iterator[Finding]:
        seen: set[int] = set()
        for node in [node for node in module.syntax.strings if len(node.value) >= _SHORTEST and _may_be_key(node.value)]:  # type: ignore[arg-type]
            if node.lineno not in seen:
                seen.add(node.lineno)
                line = module.source.lines[node.lineno - 1]
                secret = next(secrets_in(line), None) if len(line) < _LONGEST else None
                if secret is not None:
                    yield self._in_code(module, node, secret.kind)
        yield from self._in_comments(module)
        if module.notebook is not None:
            yield from self._in_notebook(module)

    def _in_comments(self, module: Module) -> Iterator[Finding]:
        """Keys with a form of their own in comments; whoever comments a key out has published it none the less."""
        marked = "\n".join([line for _, line in module.hash_lines])
        if next(secrets_in(marked, by_name=False), None) is None:
            return
        for number, line in module.hash_lines:
            before, _, comment = line.partition("#")
            secret = next(secrets_in(comment, by_name=False), None) if len(line) < _LONGEST and not _QUOTE.search(before) else None
            if secret is not None:
                column = len(before) + 2 + secret.start
                span = module.source.localise(Position(number, column), Position(number, column + secret.end - secret.start))
                place = Place(module.path, span, anchor=Place.of_line(module.path, (1, 1, 1, 1), secret.kind).anchor)
                yield self.finding(place, f"a key is committed in a comment: {secret.kind}", advice=_ADVICE)

    def _in_code(self, module: Module, node: ast.Constant, kind: str) -> Finding:
        return self.finding(module.at(node), f"a key is committed here: {kind}", advice=_ADVICE)

    def _in_notebook(self, module: Module) -> Iterator[Finding]:
        assert module.notebook is not None
        for cell in module.notebook.cells:
            for line, text in cell.magics:
                if (match := _COMMAND.search(text)) and any(c.isdigit() for c in match.group(2)):
                    yield self._in_cell(module, cell.index, line, f"a key is committed in a command: `{match.group(1).strip()}`")
            kinds = {secret.kind for text in _output_texts(cell.outputs) for secret in secrets_in(text, by_name=False)}
            for kind in sorted(kinds):
                yield self._in_cell(module, cell.index, 1, f"a key is committed in the output of this cell: {kind}")

    def _in_cell(self, module: Module, cell: int, line: int, message: str) -> Finding:
        place = Place.of_line(module.path, (line, 1, line, 2), message)
        return self.finding(
            Place(place.path, Span(Position(line, 1), Position(line, 2), cell), anchor=place.anchor), message, advice=_ADVICE
        )

    def config(self, document: ConfigDocument) -> Iterator[Finding]:
        for entry in document.entries:
            if not isinstance(entry.value, str) or not _may_be_key(entry.value) or not entry.path:
                continue
            name = "_".join(entry.path[-2:])
            kinds = [secret.kind for secret in secrets_in(f'{name}: "{entry.value}"')]
            if not kinds and document.path.endswith("kaggle.json") and entry.path[-1] == "key":
                kinds = ["key of kaggle"]
            if kinds:
                span = entry.value_span
                numbers = (span.start.line, span.start.column, span.end.line, span.end.column)
                yield self.finding(
                    Place.of_line(document.path, numbers, entry.dotted), f"a key is committed here: {kinds[0]}", advice=_ADVICE
                )


def _may_be_key(value: str) -> bool:
    """Long enough, in one piece, and not a word, a path or a sentence."""
    if not _SHORTEST <= len(value) <= 4000:
        return False
    return bool(_ONE_PIECE.match(value)) or "PRIVATE KEY" in value


def _output_texts(outputs: tuple[dict[str, object], ...]) -> Iterator[str]:
    for output in outputs:
        data = output.get("data")
        for each in (
            output.get("text"),
            data.get("text/plain") if isinstance(data, dict) else None,
            data.get("text/html") if isinstance(data, dict) else None,
        ):
            text = "".join(part for part in each if isinstance(part, str)) if isinstance(each, list) else each
            if isinstance(text, str) and len(text) < 200_000:
                yield text
