"""The tables that the kit relies on against the installed libraries: what shuffles, fits, seeds, switches and expects, by trying it where it can be tried."""

from __future__ import annotations

import importlib.util
import inspect
import random
from typing import Any

import pytest

from mlsmith.rules.kit.knowledge import huggingface, keras, lightning, numpy, sklearn, tensorflow, torch
from tests.knowledge.installed import found, parameters

_SHUFFLES = [(name, others) for library in (torch, sklearn, keras) for name, others in library.SHUFFLES.items()]
_RANDOM_SPLITS = [*sklearn.RANDOM_SPLITS.items(), *torch.RANDOM_SPLITS.items()]
_ACTIVATIONS = [*torch.ACTIVATIONS.items(), *keras.ACTIVATIONS.items(), *tensorflow.ACTIVATIONS.items()]
_GONE = ("tensorflow.set_random_seed",)
"""Of former versions, which the tables of removed names know"""


def needs(library: str) -> Any:
    return pytest.importorskip(library, reason=f"{library} is not installed")


@pytest.mark.parametrize(("name", "others"), _SHUFFLES)
def test_what_shuffles_takes_the_flag_and_what_overrides_it(name: str, others: tuple[str, ...]) -> None:
    assert {"shuffle", *others} <= {p.name for p in parameters(name)}


@pytest.mark.parametrize(("name", "seed"), _RANDOM_SPLITS)
def test_what_divides_at_random_takes_its_seed(name: str, seed: str) -> None:
    assert seed in {p.name for p in parameters(name)}


def test_no_class_of_scikit_learn_that_divides_is_forgotten() -> None:
    module = needs("sklearn.model_selection")
    classes = {name: value for name, value in vars(module).items() if inspect.isclass(value) and hasattr(value, "split") and name[0] != "_"}
    real = {name for name, value in classes.items() if not inspect.isabstract(value) and not name.startswith("Base")}
    assert real - {"LeavePGroupsOut"} <= set(sklearn.FOLDS)  # of which nobody makes a training and a test part
    drawing = {name for name in real if "random_state" in inspect.signature(classes[name]).parameters}
    assert drawing == {name.rpartition(".")[2] for name in (*sklearn.RANDOM_SPLITS, *sklearn.SHUFFLED_FOLDS)}


@pytest.mark.parametrize("name", sklearn.CROSS_VALIDATIONS)
def test_what_validates_across_folds_is_there(name: str) -> None:
    assert callable(found(f"sklearn.model_selection.{name}"))


@pytest.mark.parametrize("name", sorted(sklearn.ORDERED | set(sklearn.METRICS)))
def test_metrics_take_truth_first_and_those_said_to_be_ordered_are(name: str) -> None:
    metric = found(f"sklearn.metrics.{name}")
    taken = parameters(f"sklearn.metrics.{name}")
    assert taken[0].name == "y_true"
    assert taken[1].name in ("y_pred", "y_score", "y_proba", "y_prob", "y1")
    if "pred" in taken[1].name and name not in sklearn.SYMMETRIC | {"fbeta_score"}:
        truth, predicted = [1, 0, 1, 1, 1, 1, 0, 1], [1, 1, 0, 1, 0, 0, 0, 0]
        swapped = str(metric(truth, predicted)) != str(metric(predicted, truth))
        assert swapped == (name in sklearn.ORDERED) or name == "log_loss"


@pytest.mark.parametrize("name", sorted(sklearn.SCORED))
def test_what_ranks_by_a_score_gives_another_result_for_labels(name: str) -> None:
    metric = found(f"sklearn.metrics.{name}")
    truth, scores = [1, 0, 1, 0, 1, 0], [0.9, 0.2, 0.4, 0.45, 0.6, 0.1]
    assert str(metric(truth, scores)) != str(metric(truth, [score > 0.5 for score in scores]))


_SPREAD = (
    "StandardScaler",
    "MinMaxScaler",
    "RobustScaler",
    "QuantileTransformer",
    "PowerTransformer",
    "PCA",
    "Nystroem",
    "KBinsDiscretizer",
)


@pytest.mark.parametrize("name", [*sklearn.LEARNS_NOTHING, *_SPREAD])
def test_what_learns_nothing_gives_the_same_whatever_it_was_fitted_on(name: str) -> None:
    make = _transformer(name)
    if name in ("HashingVectorizer", "FeatureHasher", "SparseCoder"):
        assert make is not None  # they say so themselves: `fit` only checks
        return
    draw = needs("numpy").random.default_rng(7)
    one, other, shown = (abs(draw.normal(middle, middle + 1, size=(40, 6))) for middle in (0, 2, 1))
    fitted = [
        make(**({"random_state": 7} if "random_state" in inspect.signature(make).parameters else {})).fit(data) for data in (one, other)
    ]
    first, second = (_dense(transformer.transform(shown)) for transformer in fitted)
    assert (first.shape == second.shape and bool(abs(first - second).max() < 1e-9)) == (name in sklearn.LEARNS_NOTHING)


def _transformer(name: str) -> Any:
    for module in ("preprocessing", "feature_extraction", "feature_extraction.text", "kernel_approximation", "decomposition"):
        found = getattr(needs(f"sklearn.{module}"), name, None)
        if found is not None:
            return found
    raise AssertionError(f"scikit-learn has no {name}")


def _dense(value: Any) -> Any:
    return value.toarray() if hasattr(value, "toarray") else value


@pytest.mark.parametrize("name", sklearn.LEARNS_VALUES)
def test_what_learns_values_is_there(name: str) -> None:
    needs("sklearn.impute")
    assert any(hasattr(needs(f"sklearn.{module}"), name) for module in ("preprocessing", "impute", "feature_selection"))


@pytest.mark.parametrize("prefix", sklearn.RANDOM_ESTIMATORS)
def test_what_draws_takes_a_seed(prefix: str) -> None:
    module, _, beginning = prefix.rpartition(".")
    classes = [value for name, value in vars(needs(module)).items() if name.startswith(beginning) and inspect.isclass(value)]
    assert classes
    assert all("random_state" in inspect.signature(each).parameters for each in classes)


@pytest.mark.parametrize(("name", "kind"), _ACTIVATIONS)
def test_an_activation_is_of_the_kind_that_the_table_says(name: str, kind: str) -> None:
    apply = found(name)
    made = needs("torch").tensor if name.startswith("torch") else needs("tensorflow").constant
    given = [[0.3, -1.2, 2.0]]
    if inspect.isclass(apply):
        apply = apply(dim=1) if name.startswith("torch") and "dim" in inspect.signature(apply).parameters else apply()
    elif name.startswith("torch") and "softmax" in kind:
        apply = lambda value, function=apply: function(value, dim=1)  # noqa: E731
    values = [float(value) for value in apply(made(given))[0]]
    assert _kind(values) == kind


def _kind(values: list[float]) -> str:
    if abs(sum(values) - 1) < 1e-5:
        return "softmax"
    if all(0 < value < 1 for value in values):
        return "sigmoid"
    e = 2.718281828459045
    return "log_softmax" if abs(sum(e**value for value in values) - 1) < 1e-5 else "log_sigmoid"


@pytest.mark.parametrize(("name", "expected"), torch.LOSSES.items())
def test_a_loss_expects_what_the_table_says(name: str, expected: str) -> None:
    library = needs("torch")
    loss = found(name.removesuffix("()"))
    loss = loss() if inspect.isclass(loss) else loss
    if expected in ("one logit", "a probability"):
        logits, truth = library.tensor([0.3, -1.2]), library.tensor([1.0, 0.0])
        given = logits if expected == "one logit" else library.sigmoid(logits)
        right = -(library.log(library.sigmoid(logits[0])) + library.log(1 - library.sigmoid(logits[1]))) / 2
    else:
        logits, truth = library.tensor([[0.3, -1.2, 2.0]]), library.tensor([2])
        given = logits if expected == "logits" else library.log_softmax(logits, dim=1)
        right = -library.log_softmax(logits, dim=1)[0, 2]
    assert abs(float(loss(given, truth)) - float(right)) < 1e-5


@pytest.mark.parametrize("name", torch.AXIS_BY_SHAPE)
def test_without_an_axis_softmax_chooses_by_the_number_of_axes(name: str) -> None:
    library, apply = needs("torch"), found(name)
    apply = apply() if inspect.isclass(apply) else apply
    sums = lambda value: value.exp() if "log" in name.lower() else value  # noqa: E731
    assert library.allclose(sums(apply(library.rand(2, 3))).sum(1), library.ones(2))
    assert library.allclose(sums(apply(library.rand(2, 3, 4))).sum(0), library.ones(3, 4))


@pytest.mark.parametrize("name", sorted(torch.GRADIENT_OFF))
def test_a_switch_turns_gradients_off(name: str) -> None:
    library, switch = needs("torch"), found(name)
    with switch(False) if "set_grad" in name else switch():
        assert not library.ones(1, requires_grad=True).mul(2).requires_grad


def test_no_layer_that_behaves_differently_in_training_is_forgotten() -> None:
    library = needs("torch")
    known = tuple(name for name in torch.STOCHASTIC)
    layers = [name for name, value in vars(library.nn).items() if inspect.isclass(value) and issubclass(value, library.nn.Module)]
    spoken = [name for name in layers if any(word in name for word in ("Dropout", "BatchNorm", "InstanceNorm"))]
    assert [name for name in spoken if not name.startswith(known)] == []
    assert all(any(name.startswith(prefix) for name in layers) for prefix in (*known, *torch.RECURRENT))
    assert all("dropout" in inspect.signature(library.nn.RNNBase).parameters for _ in torch.RECURRENT)


@pytest.mark.parametrize("name", [*torch.DROPOUTS, *torch.BATCH_NORMS])
def test_a_layer_said_to_behave_differently_in_training_does(name: str) -> None:
    library = needs("torch")
    made = getattr(library.nn, name, None) or getattr(library.nn, f"{name}1d")
    if "Sync" in name or "Lazy" in name:
        pytest.skip("needs processes, or shapes that come later")
    layer = made(8) if "Norm" in name else made()
    data = library.rand(16, 8, 4) if "Norm" in name or "Feature" in name else library.rand(16, 8)
    assert not library.allclose(layer.train()(data), layer.eval()(data))


@pytest.mark.parametrize("name", sorted(torch.MADE_UP))
def test_what_makes_data_up_asks_for_none(name: str) -> None:
    assert tuple(found(name)(2, 3).shape) == (2, 3)


@pytest.mark.parametrize("name", [*numpy.SEEDS, *torch.SEEDS, *tensorflow.SEEDS, *lightning.SEEDS])
def test_what_seeds_takes_a_number(name: str) -> None:
    if name in _GONE:
        pytest.skip("of a former version")
    found(name)(random.Random(7).randrange(1000))


@pytest.mark.parametrize("name", keras.LOSSES)
def test_a_loss_of_keras_expects_probabilities_unless_it_is_told(name: str) -> None:
    assert found(f"keras.losses.{name}")().from_logits is False if hasattr(found(f"keras.losses.{name}")(), "from_logits") else True
    assert next(p for p in parameters(f"keras.losses.{name}") if p.name == "from_logits").default is False


@pytest.mark.parametrize("name", keras.LOSS_NAMES)
def test_a_loss_is_known_to_keras_by_its_name(name: str) -> None:
    assert callable(needs("keras").losses.get(name))


@pytest.mark.parametrize(("name", "argument"), huggingface.FETCHES.items())
def test_what_fetches_from_a_hub_takes_a_name_and_a_revision(name: str, argument: str) -> None:
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        pytest.skip(f"{name.partition('.')[0]} is not installed")
    assert {argument, "revision"} <= {p.name for p in parameters(name)}
