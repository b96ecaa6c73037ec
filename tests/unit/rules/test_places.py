"""Where an expression of a path points, as far as the code says."""

from __future__ import annotations

import pytest

from mlsmith.rules.kit.accesses import accesses
from mlsmith.rules.kit.data_dependencies import may_be_named, may_be_same
from mlsmith.rules.kit.module import Module
from mlsmith.rules.kit.sql import is_sql, touched
from mlsmith.settings import Settings
from mlsmith.sources.python import parse_python

HEAD = """import os, pickle, shutil, sqlite3, tempfile
from pathlib import Path
import duckdb
import numpy as np
import pandas as pd
DATA = Path("data")
"""


def seen(code: str, path: str = "src/shop/train.py") -> list[tuple[str, str, str]]:
    module = Module(parse_python(HEAD + code, path), Settings())
    return [(access.way, access.kind, access.place) for access in accesses(module)]


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ('pd.read_csv("./data//orders.csv")', "data/orders.csv"),
        ('pd.read_csv(filepath_or_buffer=DATA / "orders.csv")', "data/orders.csv"),
        ('pd.read_csv(os.path.join("data", "raw", "a.csv"))', "data/raw/a.csv"),
        ('pd.read_csv(f"{DATA}/{year}.csv")', "data/*.csv"),
        ('pd.read_csv("data/%s/%d.csv" % (a, b))', "data/*/*.csv"),
        ('pd.read_csv("data/{}.csv".format(name))', "data/*.csv"),
        ('pd.read_csv("data/" + name + ".csv")', "data/*.csv"),
        ('pd.read_csv(DATA.joinpath("a", "b.csv").resolve())', "data/a/b.csv"),
        ('pd.read_csv((DATA / "a.txt").with_suffix(".csv"))', "data/a.csv"),
        ('pd.read_csv(Path(__file__).resolve().parent.parent / "data" / "a.csv")', "src/data/a.csv"),
        ('pd.read_csv(Path(__file__).parents[2] / "a.csv")', "a.csv"),
        ('pd.read_csv(os.path.dirname(__file__) + "/a.csv")', "src/shop/a.csv"),
        ('pd.read_csv(os.environ.get("ORDERS", "data/a.csv"))', "data/a.csv"),
        ('pd.read_parquet("s3a://lake/orders/")', "s3://lake/orders"),
        ('for file in sorted(DATA.glob("*/part-*.csv")):\n    pd.read_csv(file)', "data/*/part-*.csv"),
        ('[pd.read_csv(DATA / f"{name}.csv") for name in ("wells",)]', "data/wells.csv"),
        ('def f(folder):\n    pd.read_csv(folder / "a.csv")', "<folder>/a.csv"),
        ('pd.read_csv(cfg.paths.orders)', "<.orders>"),
        ('pd.read_csv(cfg["orders"])', "<.orders>"),
        ('parser.add_argument("--orders-file", default="data/a.csv")\npd.read_csv(args.orders_file)', "data/a.csv"),
    ],
)  # fmt: skip
def test_a_path_is_put_together_as_the_code_does(code: str, place: str) -> None:
    assert seen(code) == [("r", "data", place)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('open("a.jsonl", "a")', ("w", "file", "a.jsonl")),
        ('Path("a.jsonl").open()', ("r", "file", "a.jsonl")),
        ('(DATA / "a.json").write_text("")', ("w", "file", "data/a.json")),
        ('frame.to_parquet("a.parquet")', ("w", "data", "a.parquet")),
        ('frame.to_sql("Scores", engine)', ("w", "table", "scores")),
        ('np.savez("a.npz", x=x)', ("w", "data", "a.npz")),
        ('spark.read.option("header", True).csv("a.csv")', ("r", "data", "a.csv")),
        ('frame.write.mode("overwrite").parquet("out/a")', ("w", "data", "out/a")),
        ('frame.write.saveAsTable("shop.orders")', ("w", "table", "shop.orders")),
        ('model.save("model.keras")', ("w", "model", "model.keras")),
        ('client.upload_file("a.csv", "lake", "raw/a.csv")', ("w", "data", "s3://lake/raw/a.csv")),
        ('client.get_object(Bucket="lake", Key="raw/a.csv")', ("r", "data", "s3://lake/raw/a.csv")),
        ('pd.read_sql("SELECT * FROM orders", engine)', ("r", "relation", "orders")),
    ],
)
def test_what_is_read_and_written_is_told_apart(code: str, expected: tuple[str, str, str]) -> None:
    assert seen(code) == [expected]


def test_what_moves_reads_and_writes() -> None:
    assert seen('shutil.copy("a.csv", "b.csv")') == [("r", "file", "a.csv"), ("w", "file", "b.csv")]


@pytest.mark.parametrize(
    "code",
    [
        "pd.read_csv(path_of(x))",
        'with tempfile.TemporaryDirectory() as folder:\n    frame.to_csv(Path(folder) / "a.csv")',
        'Image.open("a.png").convert("L")',
        'text.replace("a", "b")',
        'frame.rename(columns={"a": "b"})',
        "frame.to_csv()",
        'open("a.bin", mode_of(x))',
    ],
)
def test_what_cannot_be_followed_or_is_no_place_is_left_out(code: str) -> None:
    assert seen("from PIL import Image\n" + code) == []


def test_tables_of_the_process_are_no_tables_of_the_project() -> None:
    assert seen('rows = 1\nduckdb.sql("SELECT * FROM rows JOIN orders")') == [("r", "relation", "orders")]
    assert seen('sqlite3.connect("shop.db")\nduckdb.connect("shop.duckdb").execute("SELECT * FROM orders")') == [("r", "table", "orders")]


@pytest.mark.parametrize(
    ("text", "reads", "writes"),
    [
        ("SELECT extract(year FROM at) FROM orders o, (SELECT 1) x", ["orders"], []),
        ("select * from Shop.Orders left join \"Customers\" on true", ["shop.orders", "customers"], []),
        ("WITH a AS (SELECT * FROM raw), b AS (SELECT * FROM a) SELECT * FROM b", ["raw"], []),
        ("INSERT INTO scores (id) SELECT id FROM raw -- from nowhere", ["raw"], ["scores"]),
        ("CREATE OR REPLACE TABLE t AS SELECT * FROM read_parquet('in/*.parquet')", ["in/*.parquet"], ["t"]),
        ("CREATE TABLE t (id int)", [], []),
        ("COPY (SELECT * FROM t) TO 'out.parquet'", ["t"], ["out.parquet"]),
        ("DELETE FROM t WHERE id = 1", [], []),
        ("UPDATE t SET a = 1", [], ["t"]),
    ],
)  # fmt: skip
def test_sql_says_what_it_touches(text: str, reads: list[str], writes: list[str]) -> None:
    assert is_sql(text)
    assert [[name for _, name in side] for side in touched(text)] == [reads, writes]


def test_a_sentence_is_no_sql() -> None:
    assert not is_sql("Selected rows from the table of orders")
    assert not is_sql("the update of orders")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("*/orders.csv", "data/world/orders.csv", True),
        ("data/orders.csv", "data/orders.csv", True),
        ("/srv/data/orders.csv", "data/orders.csv", True),
        ("../data/orders.csv", "data/orders.csv", True),
        ("data/*.csv", "data/orders.csv", True),
        ("orders.csv", "data/orders.csv", False),
        ("*/truth/*.asc", "data/maps/east.asc", False),
        ("s3://lake/a.csv", "s3://pond/a.csv", False),
    ],
)
def test_two_places_may_be_one(one: str, other: str, same: bool) -> None:
    assert may_be_same(one, other) is same
    assert may_be_same(other, one) is same


def test_the_star_of_a_declaration_stays_in_its_folder_unless_it_comes_last() -> None:
    assert may_be_named("runs/7/model.json", "runs/*/model.json")
    assert not may_be_named("runs/7/best/model.json", "runs/*/model.json")
    assert may_be_named("runs/7/best/model.json", "runs/**/model.json")
    assert may_be_named("data/raw/2024/a.csv", "data/raw/*")
