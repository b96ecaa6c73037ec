"""From a project's files and settings to its graph."""

from __future__ import annotations

from mlsmith.engine.analyse import analyse, project_of
from mlsmith.engine.discover import kind_of
from mlsmith.engine.merge import merged
from mlsmith.graph import Graph, build
from mlsmith.rules.catalogue import load_rules
from mlsmith.rules.feedback.prediction_as_training_input import PredictionAsTrainingInput
from mlsmith.rules.kit.data_dependencies import accesses_of
from mlsmith.settings import load_settings_text

DECLARED = """
[[data.source]]
name = "orders"
owner = "shop"
paths = ["data/orders/*.parquet"]

[[data.source]]
name = "fx"
paths = ["data/fx.csv"]
legacy = true

[[data.source]]
name = "customers"

[[data.feature]]
name = "weekly"
reads = ["orders"]
paths = ["src/shop/features.py", "work/weekly.parquet"]

[[data.model]]
name = "demand"
reads = ["weekly"]
paths = ["runs/*/demand.joblib"]

[[data.consumer]]
name = "warehouse"
reads = ["demand"]
paths = ["out/*.csv"]
"""
FEATURES = """
import pandas as pd

def weekly(folder):
    rows = pd.read_parquet(folder / "orders" / "all.parquet")
    rows.to_parquet("work/weekly.parquet")
"""
TRAIN = """
import sys
import joblib, pandas as pd

frame = pd.read_parquet("work/weekly.parquet").merge(pd.read_sql("SELECT * FROM shop.customers", engine))
extra = pd.read_csv("data/weather.csv")
joblib.dump(model.fit(frame), sys.argv[1] + "/demand.joblib")
"""
SCORE = """
import joblib, pandas as pd

model = joblib.load("runs/latest/demand.joblib")
frame = pd.read_parquet("work/weekly.parquet")
frame["demand"] = model.predict(frame)
frame.to_csv("out/predictions.csv")
"""


def graph_of(files: dict[str, str], settings: str = DECLARED, only: str = "") -> Graph:
    chosen = load_settings_text(settings, "mlsmith.toml")
    rules = load_rules(chosen)
    facts = {path: analyse(text.encode(), path, kind_of(path) or "", rules, chosen).facts for path, text in files.items()}
    project = project_of(merged(facts.items()), chosen)
    accesses = accesses_of(project, project.collected(PredictionAsTrainingInput))
    return build(project, accesses, chosen.data, lambda path: path.startswith(only))


PROJECT = {"src/shop/features.py": FEATURES, "src/shop/train.py": TRAIN, "src/shop/score.py": SCORE}


def marks(graph: Graph) -> dict[str, tuple[str, ...]]:
    return {node.id: node.marks for node in graph.nodes if node.kind != "code"}


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.how, edge.target) for edge in graph.edges}


def test_what_is_declared_and_seen_is_one_node_and_the_rest_is_marked() -> None:
    assert marks(graph_of(PROJECT)) == {
        "source:orders": ("declared",),
        "source:fx": ("declared", "unused", "legacy"),
        "source:customers": ("declared",),
        "feature:weekly": ("declared",),
        "model:demand": ("declared",),
        "consumer:warehouse": ("declared",),
        "source:data/weather.csv": ("undeclared",),
        "output:out/predictions.csv": (),
    }


def test_data_pass_through_code_in_the_direction_of_the_arrows() -> None:
    found = edges(graph_of(PROJECT))
    assert {
        ("source:orders", "declared", "feature:weekly"),
        ("source:orders", "reads", "feature:weekly"),  # whose code it is
        ("feature:weekly", "reads", "code:src/shop/train.py"),
        ("source:customers", "reads", "code:src/shop/train.py"),
        ("source:data/weather.csv", "reads", "code:src/shop/train.py"),
        ("code:src/shop/train.py", "writes", "model:demand"),
        ("model:demand", "reads", "code:src/shop/score.py"),
        ("code:src/shop/score.py", "writes", "output:out/predictions.csv"),
        ("output:out/predictions.csv", "declared", "consumer:warehouse"),
    } <= found


def test_every_access_says_who_and_where() -> None:
    node = next(node for node in graph_of(PROJECT).nodes if node.id == "model:demand")
    assert [(touch.way, touch.symbol, touch.path, touch.line, touch.place) for touch in node.seen] == [
        ("reads", "shop.score", "src/shop/score.py", 4, "runs/latest/demand.joblib"),
        ("writes", "shop.train", "src/shop/train.py", 7, "*/demand.joblib"),
    ]


def test_who_hands_a_place_to_a_writer_is_named_not_the_writer() -> None:
    writer = "import pandas as pd\n\ndef keep(frame, path):\n    frame.to_parquet(path)\n"
    caller = 'from writer import keep\n\ndef main(frame, folder):\n    keep(frame, folder / "clean.parquet")\n'
    graph = graph_of({"writer.py": writer, "main.py": caller}, "")
    assert [(node.kind, node.name, [(t.path, t.line) for t in node.seen]) for node in graph.nodes if node.kind != "code"] == [
        ("output", "*/clean.parquet", [("main.py", 4)])
    ]


def test_a_consumer_that_nobody_declared_is_marked_where_all_others_say_what_they_read() -> None:
    report = 'import pandas as pd\n\nlikely = pd.read_csv("out/predictions.csv")\n'
    settings = DECLARED.replace('paths = ["out/*.csv"]', 'paths = ["warehouse/*.py"]')
    graph = graph_of({**PROJECT, "report.py": report}, settings)
    assert marks(graph)["code:report.py"] == ("undeclared",)
    unsaid = graph_of({**PROJECT, "report.py": report}, DECLARED.replace('paths = ["out/*.csv"]\n', ""))
    assert marks(unsaid)["code:report.py"] == ()


def test_without_a_declaration_nothing_is_said_to_be_undeclared() -> None:
    graph = graph_of(PROJECT, "")
    assert not graph.is_declared
    assert set(marks(graph).values()) == {()}
    assert {node.kind for node in graph.nodes} == {"source", "feature", "model", "output", "code"}


def test_a_part_of_the_project_shows_what_it_touches() -> None:
    graph = graph_of(PROJECT, only="src/shop/score.py")
    assert set(marks(graph)) == {"feature:weekly", "model:demand", "output:out/predictions.csv", "source:orders", "consumer:warehouse"}


def test_files_that_are_no_data_and_tests_are_left_out() -> None:
    files = {
        "a.py": 'open("notes.txt", "w")\nopen("conf/base.yaml")\nPath("README.md").read_text()\n',
        "tests/test_a.py": 'import pandas as pd\n\npd.read_csv("tests/rows.csv")\n',
    }
    assert graph_of(files).of_kind("code") == ()
