"""What the fixes of the troubleshooting rules leave behind: the edit, the rest of the file as it was, and no finding."""

from __future__ import annotations

from mlsmith.engine.in_memory import lint_files as lint
from mlsmith.fixes.apply import fixable, patch


def fixed(text: str, code: str) -> str:
    """The file after one round of unsafe fixes of a rule, which must leave no finding of it."""
    found = fixable(lint({"code.py": text}, only=code), unsafe=True)
    assert found, "no fix is offered"
    result = patch(text.encode(), "code.py", found).data.decode()
    assert not lint({"code.py": result}, only=code), "the fix converges"
    return result


def unfixed(text: str, code: str) -> None:
    found = lint({"code.py": text}, only=code)
    assert found
    assert not fixable(found, unsafe=True)


EPOCHS = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(3, 3), nn.Dropout())

def train(train_loader, val_loader, optimizer, loss):
    for epoch in range(3):
        model.train()
        for x, y in train_loader:
            loss(model(x), y).backward()
            optimizer.step()
        # how good is it?
        for x, y in val_loader:  # all of it
            print(
                loss(model(x), y),  # as it is
            )
"""


def test_a_validation_loop_is_put_between_eval_and_train() -> None:
    result = fixed(EPOCHS, "TRB102")
    assert "        # how good is it?\n        model.eval()\n        for x, y in val_loader:  # all of it\n" in result
    assert result.endswith("            )\n        model.train()\n")


def test_a_validation_loop_is_put_into_a_block_with_its_comments() -> None:
    result = fixed(EPOCHS, "TRB103")
    assert result.endswith(
        "        # how good is it?\n        with torch.no_grad():\n            for x, y in val_loader:  # all of it\n"
        "                print(\n                    loss(model(x), y),  # as it is\n                )\n"
    )


def test_a_loop_that_holds_a_text_of_several_lines_is_not_moved() -> None:
    unfixed(EPOCHS.replace("print(\n", 'print("""\na""",\n'), "TRB103")


PREDICT = '''\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(3, 3), nn.Dropout())

class Judge:
    @staticmethod
    def predict(model, batches, loss):
        """What it says."""
        # one at a time
        return [loss(model(batch)) for batch in batches]

def train(batches, loss):
    loss(net(batches)).backward()
    Judge.predict(net, batches, loss)
'''
TRAINS = PREDICT.replace("    loss(net", "    net.train()\n    loss(net")


def test_eval_is_the_first_line_behind_the_docstring_and_the_decorator_nearest_to_the_function() -> None:
    assert '        """What it says."""\n        # one at a time\n        model.eval()\n        return' in fixed(TRAINS, "TRB102")
    assert "    @staticmethod\n    @torch.no_grad()\n    def predict(model, batches, loss):\n" in fixed(PREDICT, "TRB103")


def test_windows_line_ends_are_kept() -> None:
    text = TRAINS.replace("\n", "\r\n")
    found = fixable(lint({"code.py": text}, only="TRB10"), unsafe=True)
    result = patch(text.encode(), "code.py", found).data
    assert b"model.eval()" in result
    assert result.count(b"\n") == result.count(b"\r\n")


def test_a_function_on_one_line_is_decorated_but_not_opened() -> None:
    text = "import torch\ndef predict(model, x): return model(x)\ndef main(m): predict(m, 1)\n"
    assert "@torch.no_grad()\ndef predict" in fixed(text, "TRB103")
    start, end = TRAINS.index('\n        """What'), TRAINS.index("return")
    unfixed(TRAINS[:start] + " " + TRAINS[end:], "TRB102")


def test_a_network_made_in_the_function_is_not_switched_before_it_exists() -> None:
    made = TRAINS.replace("(model, batches, loss)", "(batches, loss)").replace(
        "        # one", "        model = nn.Sequential(nn.Dropout())\n        # one"
    )
    unfixed(made.replace("predict(net, ", "predict("), "TRB102")


def test_evaluation_mode_is_not_forced_on_a_training_that_never_sets_its_own() -> None:
    unfixed(PREDICT, "TRB102")


def test_a_training_loop_goes_back_to_training_mode() -> None:
    text = """\
from torch import nn

model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))

def train(loader, test_loader, evaluate):
    for epoch in range(3):
        for x in loader:
            model(x).sum().backward()
        model.eval()
        evaluate(test_loader)
"""
    assert "    for epoch in range(3):\n        model.train()\n        for x in loader:\n" in fixed(text, "TRB102")


def test_softmax_before_cross_entropy_goes_out_of_a_sequential_whose_layout_stays() -> None:
    text = """\
from torch import nn

net = nn.Sequential(
    nn.Linear(3, 3),  # logits
    nn.ReLU(),
    nn.Linear(3, 3),
    nn.Softmax(dim=1),
)

def step(x, y):
    return nn.CrossEntropyLoss()(net(x), y)
"""
    assert fixed(text, "TRB105") == text.replace("\n    nn.Softmax(dim=1),", "")


def test_softmax_behind_a_comment_is_put_out_of_action_so_that_the_comment_stays() -> None:
    text = """\
from torch import nn

net = nn.Sequential(
    nn.Linear(3, 3),  # the last one
    nn.Softmax(dim=1),
)

def step(x, y):
    return nn.CrossEntropyLoss()(net(x), y)
"""
    assert fixed(text, "TRB105") == text.replace("nn.Softmax(dim=1)", "nn.Identity()")


def test_softmax_in_the_call_of_the_loss_is_unwrapped() -> None:
    text = "import torch.nn.functional as F\n\ndef step(x, y):\n    return F.cross_entropy(F.softmax(x + 1, dim=1), y)\n"
    assert fixed(text, "TRB105").endswith("F.cross_entropy((x + 1), y)\n")


BINARY = """\
from torch import nn

net = nn.Sequential(nn.Linear(3, 1))
criterion = nn.BCELoss(reduction="sum")

def step(x, y):
    return criterion(net(x), y)
"""


def test_the_loss_is_switched_to_the_one_that_expects_logits_or_probabilities() -> None:
    assert 'nn.BCEWithLogitsLoss(reduction="sum")' in fixed(BINARY, "TRB105")
    sigmoid = BINARY.replace("nn.Linear(3, 1))", "nn.Linear(3, 1), nn.Sigmoid())").replace("BCELoss", "BCEWithLogitsLoss")
    assert 'nn.BCELoss(reduction="sum")' in fixed(sigmoid, "TRB105")


def test_a_loss_that_gets_something_else_too_is_not_switched() -> None:
    unfixed(BINARY + "\ndef other(x, y):\n    return criterion(x.sigmoid(), y)\n", "TRB105")


def test_weights_that_only_one_loss_knows_keep_it() -> None:
    text = BINARY.replace("nn.Linear(3, 1))", "nn.Linear(3, 1), nn.Sigmoid())").replace("BCELoss(", "BCEWithLogitsLoss(pos_weight=w, ")
    unfixed(text, "TRB105")


def test_softmax_before_nll_becomes_its_logarithm() -> None:
    text = "import torch.nn.functional as F\n\ndef step(x, y):\n    return F.nll_loss(F.softmax(x, dim=1), y)\n"
    assert fixed(text, "TRB105").endswith("F.nll_loss(F.log_softmax(x, dim=1), y)\n")


def test_a_keras_loss_is_told_what_it_gets() -> None:
    text = """\
from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(3)])
model.compile(loss=keras.losses.CategoricalCrossentropy())
"""
    assert "CategoricalCrossentropy(from_logits=True)" in fixed(text, "TRB105")
