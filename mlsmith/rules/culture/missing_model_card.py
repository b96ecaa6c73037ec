"""CUL104."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from mlsmith.regex import regex
from mlsmith.rules.kit import (
    Call,
    ConfigDocument,
    Context,
    Finding,
    Module,
    Project,
    Rule,
    Severity,
    TextDocument,
    last_word,
    serving,
    tokens,
)
from mlsmith.rules.kit.collect import place_from, where
from mlsmith.rules.kit.context import context_of_path

_TRAINS = frozenset({"fit", "fit_generator", "backward", "partial_fit"})
_TRAINERS = ("lightgbm.train", "xgboost.train", "catboost.train")
_EXPORTS = (
    "torch.onnx.export", "torch.jit.save", "tensorflow.saved_model.save", "skl2onnx.convert_sklearn", "skl2onnx.to_onnx", "tf2onnx.convert.from_keras",
    "onnxmltools.convert_lightgbm", "onnxmltools.convert_xgboost", "coremltools.convert", "sklearn2pmml.sklearn2pmml",
)  # fmt: skip
_DESCRIBES = frozenset({"update_registered_model", "update_model_version", "ModelCard", "hf_hub_download", "snapshot_download"})
"""What is called where a registry is told of the model, or where the model comes from a hub that has a page of its own"""
_SAVES = frozenset({"save", "save_pretrained", "save_model", "save_weights", "save_checkpoint", "dump"})
_MODELS = frozenset({"model", "net", "network", "classifier", "regressor", "estimator", "pipeline", "pipe", "adapter"})
_CARD = ("model card", "model_card", "model-card", "modelcard", "datasheet for", "intended use", "out-of-scope use", "out of scope use")
_CHAPTER = regex(
    r"^#+[^\w\n]*(?:\w+[^\w\n]+){0,3}(?:limitations?|disclaimers?|caveats|ethic\w*|intended|performance|results?|evaluation|metrics|methodology|problem|objectives?|purpose|approach"
    r"|(?:the |our )?models?$|models? (?:used|details?|info\w*|descriptions?|overview|summary|architectures?|specifications?|documentation|comparison))\b",
    re.I | re.M,
)
"""Headings under which a page tells what a card would"""
_FIGURE = regex(
    r"\b(?:accuracy|r2|rmse|mae|mape|f1|auc|recall|precision|map|iou|bleu|wer)\b(?:[- ]\w+)?[^\n\w]{0,12}(?:of |is |=)?[^\n\w]{0,6}\d|R²\W{0,8}\d",
    re.I,
)
"""How good a model is, said in a page"""
_OTHER_SCRIPT = regex(r"^#+ [^\n]*[\u0370-\u1fff\u2e80-\ud7ff]{2}", re.M)
"""A heading whose language is not read here, symbols aside"""
_SAID_ASIDE = regex(
    r"\b(?:not )?(?:intended|meant) (?:only )?for\b|not (?:be )?(?:considered|used) as\b|purposes only\b|not a substitute", re.I
)
_PAGES = frozenset(
    {
        "details",
        "description",
        "documentation",
        "docs",
        "doc",
        "info",
        "report",
        "spec",
        "specification",
        "overview",
        "architecture",
        "summary",
    }
)
_HUB_README = regex(r"\A---\n(?:(?!---).*\n)*?(?:license|library_name|pipeline_tag|base_model|model-index)\s*:")
_OFFER = regex(r"\b(?:we (?:also )?(?:provide|release|share|offer)|our|model zoo)\b[^\n]*", re.I)
_WEIGHTS = regex(r"model zoo|\b(?:pre-?)?trained (?:models?|weights|checkpoints?|networks?)\b|\b(?:checkpoints?|weights)\b", re.I)
_STORE = regex(
    r"drive\.google\.com|dropbox\.com|releases/download|zenodo\.org|1drv\.ms|onedrive|pan\.baidu|\.s3[.-]|\.(?:pth|pt|ckpt|h5|onnx)\)", re.I
)
_SHOWS = frozenset({"demo", "demos", "example", "week", "lesson", "lecture", "chapter", "course", "tutorial", "workshop", "homework"})
_PROSE = (".md", ".rst")
_CARDED = (True, False, False, ())
"""What is collected where something is a card, or part of one"""
_NEAR = 10


class MissingModelCard(Rule):
    """A model is handed to people who did not make it, and nothing tells them what it is for and where it fails.

    ## What it finds
    A project that trains a model, hands it over, and has no model card: a web service answers with its predictions, it is registered
    (`mlflow.register_model`, `registered_model_name=`) or pushed to a hub, it is exported (ONNX, TorchScript, a saved model of TensorFlow), or it
    is saved and a page of the project offers the weights by a link. One finding a project, at the first such place: services before
    registries, exports and files.

    ## Why it is debt
    Who uses a model without knowing on what it was trained, for whom, and how it does on whom, finds out in production; who made it answers the
    same questions anew each time (Arpteg et al. 2018, cultural debt at the hand-over between departments; Mitchell et al. 2019).

    ## Bad
    ```python train.py
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(features, late)
    joblib.dump(model, "model.joblib")
    ```
    ```python serve.py
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")


    @app.post("/late")
    def late(order):
        return {"late": bool(model.predict([order])[0])}  # finding: CUL104
    ```

    ## Good
    ```python train.py
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(features, late)
    joblib.dump(model, "model.joblib")
    ```
    ```python serve.py
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("model.joblib")


    @app.post("/late")
    def late(order):
        return {"late": bool(model.predict([order])[0])}
    ```
    ```text docs/MODEL_CARD.md
    # Model card: late orders

    For the shop's own warehouses. Trained on orders of 2024; not for orders from abroad, of which it has seen forty.
    ```

    ## Fix
    None: what a model is for, and where it fails, is known to those who made it. `mlsmith new` writes a card that each training fills.

    ## When it stays silent
    As soon as anything in the project is a card, speaks of one, or tells a part of it: `MODEL_CARD.md`, a hand-over, a page on the model, a chapter on
    results, limitations or the model's details, a figure (`accuracy of 84 %`), a disclaimer, a README with the header of a hub, code that writes cards
    or describes the model in its registry; where headings are in a script whose words are not known. Where the project trains nothing, in tests,
    examples, courses and notebooks; where a library exports what its users trained; where weights come from a hub whose page is not seen. What a
    project saves for its own later runs is no hand-over. Off by default: of 64 findings that were read 32 held; of 33 that the rule, mended since, still
    gives, 30; in the last look, 13 of 16.

    ## References
    Mitchell et al. 2019, Model cards for model reporting; Arpteg et al. 2018, section on cultural debt.
    """

    code = "CUL104"
    severity = Severity.INFO
    minutes = 45
    default_on = False
    speaks_in_examples = False

    def collect(self, module: Module) -> Any:
        """(whether there is a card, whether weights are offered, whether the file trains, [(how the model leaves, where), …])"""
        if _speaks_of_one(module.source.text) or _is_card(module.path) or not _DESCRIBES.isdisjoint(module.words_called):
            return _CARDED
        if module.context is not Context.CODE or not _SHOWS.isdisjoint(tokens(module.path)):
            return None
        trains = not _TRAINS.isdisjoint(module.words_called) or any(True for _ in module.calls_to(*_TRAINERS))
        handed = tuple((how, tuple(where(module, call.node))) for how, call in _handed(module)) if module.notebook is None else ()
        return (False, False, trains, handed) if trains or handed else None

    def collect_config(self, document: ConfigDocument) -> Any:
        return _CARDED if _is_card(document.path) else None

    def collect_text(self, document: TextDocument) -> Any:
        if context_of_path(document.path) is Context.VENDORED or document.path.startswith(".github/"):
            return None
        text = document.text
        if (
            _is_card(document.path)
            or _speaks_of_one(text)
            or any(sign.search(text) for sign in (_CHAPTER, _SAID_ASIDE, _FIGURE, _OTHER_SCRIPT))
            or _HUB_README.match(text)
        ):
            return _CARDED
        return (False, True, False, ()) if _offers_weights(text) else None

    def project(self, project: Project) -> Iterator[Finding]:
        collected = project.collected(self)
        if any(carded for _, (carded, *_) in collected) or not any(trains for _, (_, _, trains, _) in collected):
            return
        offered = any(offers for _, (_, offers, *_) in collected)
        ways = ["served", *(() if project.has_users else ("registered", "exported")), *(("saved",) if offered else ())]
        found = [(ways.index(way), path, seen) for path, (*_, handed) in collected for way, seen in handed if way in ways]
        for way, path, seen in sorted(found)[:1]:
            yield self.finding(
                place_from(path, project, seen),
                f"a model is {_SAID[ways[way]]} here, and no page of the project says what it is for, how good it is and where it fails",
                advice="write MODEL_CARD.md: purpose, data it was trained on, figures by group, limits, owner",
            )


_SAID = {"served": "served", "registered": "registered for others", "exported": "exported", "saved": "saved and its weights are offered"}


def _speaks_of_one(text: str) -> bool:
    lower = text.lower()
    return any(word in lower for word in _CARD)


def _is_card(path: str) -> bool:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    words = set(tokens(stem))
    if path.endswith(_PROSE) and (stem.lower() in ("model", "models") or ("model" in words and not _PAGES.isdisjoint(words))):
        return True
    return {"model", "card"} <= words or {"hand", "over"} <= words or not words.isdisjoint({"modelcard", "handover"})


def _offers_weights(text: str) -> bool:
    """Whether a page offers weights of one's own by a link: the sentence, or a few lines below it."""
    if not _STORE.search(text):
        return False
    lines = text.split("\n")
    for number, line in enumerate(lines):
        said = _OFFER.search(line)
        if said and _WEIGHTS.search(said.group()) and any(_STORE.search(near) for near in lines[number : number + _NEAR]):
            return True
    return False


def _handed(module: Module) -> Iterator[tuple[str, Call]]:
    """The first call of each way in which a model leaves the code that made it."""
    served = next((call for function in serving.endpoints(module) for call in serving.asked(function)), None)
    if served is not None:
        yield "served", served
    registered = next(_registered(module), None)
    if registered is not None:
        yield "registered", registered
    exported = next(module.calls_to(*_EXPORTS), None)
    if exported is not None:
        yield "exported", exported
    saved = next((call for call in module.method_calls(*_SAVES) if _saves_a_model(call)), None)
    if saved is not None:
        yield "saved", saved


def _registered(module: Module) -> Iterator[Call]:
    yield from module.calls_to("mlflow.register_model")
    for call in module.method_calls("push_to_hub", "log_model", "create_model_version"):
        named = call.argument("registered_model_name")
        if (
            call.method == "create_model_version"
            or (named.given and named.value is not None)
            or (call.method == "push_to_hub" and _is_model(call.receiver))
        ):
            yield call


def _saves_a_model(call: Call) -> bool:
    """`torch.save(model.state_dict(), path)`, `joblib.dump(model, path)`, `model.save(path)`."""
    return _is_model(call.receiver) or any(_is_model(part) for node in call.node.args[:1] for part in ast.walk(node))


def _is_model(node: ast.AST | None) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and not _MODELS.isdisjoint(tokens(last_word(node)))
