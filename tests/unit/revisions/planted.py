"""Behavioural edits, each as (name, text in the program, what it becomes, words that the report must hold)."""

PROGRAM = '''"""Train a classifier of small images."""

import os
import random

import numpy as np
import pandas as pd
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

LEARNING_RATE = 0.001
EPOCHS = 12
CLASSES = ("cat", "dog", "bird")


class Net(nn.Module):
    def __init__(self, width=64, dropout=0.5):
        super().__init__()
        self.first = nn.Linear(32, width)
        self.norm = nn.BatchNorm1d(width)
        self.drop = nn.Dropout(dropout)
        self.last = nn.Linear(width, len(CLASSES))

    def forward(self, x):
        x = self.first(x)
        x = self.norm(x)
        x = F.relu(x)
        x = self.drop(x)
        return self.last(x)


def seed_all(seed=7):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def load(path="data/train.csv"):
    frame = pd.read_csv(path, sep=";")
    frame = frame.dropna()
    frame = frame[frame["age"] > 18]
    labels = frame.pop("label")
    return frame.to_numpy(), labels.to_numpy()


def prepare(features, labels):
    train_x, test_x, train_y, test_y = train_test_split(features, labels, test_size=0.2, random_state=3)
    scaler = StandardScaler()
    train_x = scaler.fit_transform(train_x)
    test_x = scaler.transform(test_x)
    return train_x, test_x, train_y, test_y


def loader_of(x, y, batch_size=32, shuffle=True):
    data = TensorDataset(torch.tensor(x), torch.tensor(y))
    return DataLoader(data, batch_size=batch_size, shuffle=shuffle, num_workers=2)


def train(model, loader, epochs=EPOCHS):
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.1)
    criterion = nn.CrossEntropyLoss()
    best = 0.0
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item() * 0.5
        scheduler.step()
        if total > best:
            best = total
            torch.save(model.state_dict(), "best.pt")
    return best


def evaluate(model, loader):
    model.eval()
    predicted, wanted = [], []
    with torch.no_grad():
        for inputs, targets in loader:
            scores = model(inputs)
            predicted.extend(scores.argmax(1).tolist())
            wanted.extend(targets.tolist())
    return f1_score(wanted, predicted, average="macro")


def main():
    seed_all()
    features, labels = load()
    train_x, test_x, train_y, test_y = prepare(features, labels)
    model = Net()
    if torch.cuda.is_available() and os.environ.get("USE_GPU"):
        model = model.to("cuda")
    train(model, loader_of(train_x, train_y))
    score = evaluate(model, loader_of(test_x, test_y, shuffle=False))
    print("score", score)
    return score


if __name__ == "__main__":
    main()
'''

EDITS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("learning rate", "LEARNING_RATE = 0.001", "LEARNING_RATE = 0.01", ("AdamW(lr)", "0.001", "0.01")),
    ("epochs", "EPOCHS = 12", "EPOCHS = 120", ("12", "120")),
    ("classes", '("cat", "dog", "bird")', '("cat", "dog")', ("bird",)),
    ("order of classes", '("cat", "dog", "bird")', '("dog", "cat", "bird")', ("cat",)),
    ("width", "width=64", "width=128", ("64", "128")),
    ("dropout", "dropout=0.5", "dropout=0.1", ("0.5", "0.1")),
    ("input size", "nn.Linear(32, width)", "nn.Linear(16, width)", ("Linear", "32", "16")),
    ("norm of another kind", "nn.BatchNorm1d(width)", "nn.LayerNorm(width)", ("LayerNorm",)),
    ("norm not called", "        x = self.norm(x)\n", "", (".norm",)),
    ("norm after the activation", "        x = self.norm(x)\n        x = F.relu(x)\n", "        x = F.relu(x)\n        x = self.norm(x)\n", ("norm",)),
    ("another activation", "F.relu(x)", "F.gelu(x)", ("gelu",)),
    ("dropout not called", "        x = self.drop(x)\n", "", (".drop",)),
    ("softmax at the end", "return self.last(x)", "return F.softmax(self.last(x), dim=1)", ("softmax",)),
    ("seed", "seed=7", "seed=8", ("7", "8")),
    ("a generator is not seeded", "    np.random.seed(seed)\n", "", ("numpy.random.seed",)),
    ("no seeds", "    seed_all()\n", "", ("seed",)),
    ("seeded after loading", "    seed_all()\n    features, labels = load()\n", "    features, labels = load()\n    seed_all()\n", ("seed",)),
    ("another file", "data/train.csv", "data/all.csv", ("data/all.csv",)),
    ("another separator", 'sep=";"', 'sep=","', ("read_csv(sep)",)),
    ("separator left out", ', sep=";"', "", ("read_csv(sep)",)),
    ("missing values are kept", "    frame = frame.dropna()\n", "", ("dropna",)),
    ("missing values are filled", "frame.dropna()", "frame.fillna(0)", ("fillna",)),
    ("preprocessing reordered", '    frame = frame.dropna()\n    frame = frame[frame["age"] > 18]\n    labels = frame.pop("label")\n',
     '    labels = frame.pop("label")\n    frame = frame.dropna()\n    frame = frame[frame["age"] > 18]\n', ("pop",)),
    ("filter", '> 18]', '>= 18]', (">=",)),
    ("another bound", '> 18]', '> 21]', ("21",)),
    ("no filter", '    frame = frame[frame["age"] > 18]\n', "", ("age",)),
    ("another label", 'frame.pop("label")', 'frame.pop("target")', ("target",)),
    ("test size", "test_size=0.2", "test_size=0.3", ("train_test_split(test_size)",)),
    ("split seed", "random_state=3", "random_state=4", ("train_test_split(random_state)",)),
    ("split without seed", ", random_state=3", "", ("train_test_split(random_state)",)),
    ("stratified", "random_state=3", "random_state=3, stratify=labels", ("stratify",)),
    ("parts swapped", "train_x, test_x, train_y, test_y = train_test_split(", "test_x, train_x, train_y, test_y = train_test_split(", ()),
    ("fit on the test data", "scaler.transform(test_x)", "scaler.fit_transform(test_x)", ("fit_transform",)),
    ("scaler without mean", "StandardScaler()", "StandardScaler(with_mean=False)", ("with_mean",)),
    ("no scaling of the training data", "    train_x = scaler.fit_transform(train_x)\n", "    scaler.fit(train_x)\n", ("fit",)),
    ("batch size", "batch_size=32", "batch_size=64", ("32", "64")),
    ("shuffle flipped", "shuffle=True", "shuffle=False", ("True", "False")),
    ("shuffle left out", ", shuffle=shuffle", "", ("DataLoader(shuffle)",)),
    ("test data shuffled", "test_y, shuffle=False", "test_y, shuffle=True", ("True",)),
    ("workers", "num_workers=2", "num_workers=0", ("num_workers",)),
    ("drop last", "num_workers=2", "num_workers=2, drop_last=True", ("drop_last",)),
    ("optimiser", "torch.optim.AdamW", "torch.optim.SGD", ("SGD",)),
    ("weight decay", "weight_decay=0.02", "weight_decay=0.1", ("weight_decay",)),
    ("weight decay left out", ", weight_decay=0.02", "", ("weight_decay",)),
    ("scheduler gamma", "gamma=0.1", "gamma=0.5", ("gamma",)),
    ("scheduler never steps", "        scheduler.step()\n", "", ("step",)),
    ("scheduler steps each batch", "        scheduler.step()\n", "            scheduler.step()\n", ("step",)),
    ("loss", "nn.CrossEntropyLoss()", "nn.NLLLoss()", ("NLLLoss",)),
    ("weighted loss", "nn.CrossEntropyLoss()", "nn.CrossEntropyLoss(label_smoothing=0.1)", ("label_smoothing",)),
    ("arguments of the loss swapped", "criterion(model(inputs), targets)", "criterion(targets, model(inputs))", ("argument",)),
    ("one epoch less", "range(epochs)", "range(epochs - 1)", ("range",)),
    ("gradients add up", "            optimizer.zero_grad()\n", "", ("zero_grad",)),
    ("gradients zeroed too late", "            loss.backward()\n", "            loss.backward()\n            optimizer.zero_grad()\n", ("zero_grad",)),
    ("no clipping", "            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n", "", ("clip_grad_norm_",)),
    ("clipping bound", "model.parameters(), 1.0)", "model.parameters(), 5.0)", ("clip_grad_norm_", "5.0")),
    ("step before backward", "            loss.backward()\n            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n            optimizer.step()\n",
     "            optimizer.step()\n            loss.backward()\n            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n", ("step",)),
    ("a factor", "loss.item() * 0.5", "loss.item() * 0.25", ("0.25",)),
    ("best is the least", "if total > best", "if total < best", ("<",)),
    ("train mode", "        model.train()\n", "", ("train",)),
    ("no eval mode", "    model.eval()\n", "", ("eval",)),
    ("gradients in evaluation", "    with torch.no_grad():\n", "    if True:\n", ("no_grad",)),
    ("argmin", "scores.argmax(1)", "scores.argmin(1)", ("argmin",)),
    ("axis", "scores.argmax(1)", "scores.argmax(0)", ("argmax",)),
    ("average of the metric", 'average="macro"', 'average="micro"', ("f1_score(average)",)),
    ("arguments of the metric swapped", "f1_score(wanted, predicted", "f1_score(predicted, wanted", ("f1_score",)),
    ("another metric", "f1_score(wanted, predicted, average=\"macro\")", "sum(wanted) / len(predicted)", ("f1_score",)),
    ("evaluated on training data", "loader_of(test_x, test_y, shuffle=False)", "loader_of(train_x, train_y, shuffle=False)", ("test_y", "train_y")),
    ("another device", 'model.to("cuda")', 'model.to("cuda:1")', ("cuda:1",)),
    ("or for and", 'torch.cuda.is_available() and os', 'torch.cuda.is_available() or os', ("or",)),
    ("another variable of the environment", '"USE_GPU"', '"GPU"', ("GPU",)),
    ("weights of another layer saved", "model.state_dict()", "model.last.state_dict()", ("state_dict",)),
)  # fmt: skip
