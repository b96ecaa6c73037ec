from mlsmith.engine.in_memory import lint_files


def lines(code: str, settings: str = "") -> list[int]:
    return [finding.span.start.line for finding in lint_files({"train.py": code}, only="ACM101", settings=settings)]


def test_a_table_without_a_date_is_found_through_an_alias() -> None:
    assert lines('from acme.warehouse import read as load\n\norders = load("orders")\n') == [3]


def test_a_date_by_position_or_keyword_is_enough() -> None:
    assert not lines('from acme import warehouse\n\na = warehouse.read("orders", "2026-01-31")\nb = warehouse.read("orders", as_of=day)\n')


def test_tables_that_never_change_need_none() -> None:
    settings = '[rules.ACM101]\ntables = ["currencies"]\n'
    assert not lines('from acme import warehouse\n\nrates = warehouse.read("currencies")\n', settings)
