"""Generated programs with flags in all positions behave the same after prune as before."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlsmith.fixes.prune.refusal import Refusal
from tests.unit.fixes.prune_in_memory import pruned, run

VALUES = st.sampled_from([False, True, None, 0, 3, -1, "adam", ""])
PURE = st.sampled_from(["a", "b", "a > 1", "note(a)", "not b", "a + 1", "[a, b]", "(a, b)"])


def conditions(value: Any) -> st.SearchStrategy[str]:
    """Expressions that speak of the flag, alone and with others."""
    literals = st.sampled_from(["True", "False", "None", "0", "3", "'adam'", '"sgd"', "-1"])
    alone = st.one_of(
        st.just("flag"),
        st.just("not flag"),
        st.builds("flag {} {}".format, st.sampled_from(["==", "!="]), literals),
        st.builds("{} == flag".format, literals),
        st.sampled_from(["flag is None", "flag is not None", "flag in ('adam', 3)", "flag not in [None, 0]", "isinstance(flag, bool)"]),
    )
    return st.recursive(
        st.one_of(alone, alone, PURE),
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("{} or {} and {}".format, inner, inner, inner).map(lambda text: f"({text})"),
            st.builds("not ({})".format, inner),
            st.builds("({} if {} else {})".format, inner, inner, inner),
        ),
        max_leaves=5,
    )


@st.composite
def bodies(draw: st.DrawFn, value: Any, depth: int = 2) -> list[str]:
    """Statements of a function of `a`, `b` and `flag`, as lines."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(
            st.sampled_from(
                ["set", "note", "if", "elif", "while", "return", "ternary", "loop", "nested", "match", "comment", "try", "text"]
            )
        )
        test = draw(conditions(value))
        inside = [f"    {line}" for line in draw(bodies(value, depth - 1))] if depth else ["    note('leaf')"]
        other = [f"    {line}" for line in draw(bodies(value, depth - 1))] if depth else ["    note('other')"]
        if kind == "set":
            lines.append(f"{draw(st.sampled_from(['a', 'b', 'c']))} = {test}")
        elif kind == "note":
            lines.append(f"note({test})  # said")
        elif kind == "if":
            lines += [f"if {test}:  # why", *inside, *(["# before else", "else:", *other] if draw(st.booleans()) else [])]
        elif kind == "elif":
            lines += [f"if {test}:", *inside, f"elif {draw(conditions(value))}:", *other, "else:", "    note('last')", "    # the end"]
        elif kind == "while":
            lines += [f"while {test}:", *inside, "    break", "else:", *other]
        elif kind == "return":
            lines.append(f"return {test}")
        elif kind == "ternary":
            lines.append(f"note(({draw(PURE)} if {test} else {draw(PURE)}), [x for x in (1, 2) if {test}])")
        elif kind == "loop":
            lines += [f"for c in range(2 if {test} else 3):", *inside, "    if b: continue", "    note(c)"]
        elif kind == "nested":
            lines += [
                f"def inner(x, y=({test})):",
                *[f"    {line}" for line in ["nonlocal_free = x", f"return {test.replace('note(a)', 'x')}"]],
                "note(inner(1))",
            ]
        elif kind == "match":
            lines += [
                "match flag:",
                "    case None | False:",
                *[f"    {line}" for line in inside],
                "    case 'adam':",
                "        note('adam')",
                "    case _:",
                *[f"    {line}" for line in other],
            ]
        elif kind == "comment":
            lines += ["# remark", f"note('remark', {test})"]
        elif kind == "try":
            lines += ["try:", *inside, "finally:", "    note('finally')"]
        else:
            lines += [f"if {test}:", '    b = """', "two lines", '"""']
    return lines


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, Any]:
    value = draw(VALUES)
    body = draw(bodies(value))
    head = draw(st.sampled_from([
        "def work(a, flag={0}, b=2):", "def work(a, b=2, *, flag={0}):", "def work(a, b=2, flag={0}):",
        "def work(\n    a,  # the input\n    b=2,\n    flag={0},  # the flag\n):", "def work(a, b=2, *, flag={0}, **more):",
    ]))  # fmt: skip
    lines = [head.format(repr(value)), '    """Work."""', *[f"    {line}" for line in body], "    return a, b"]
    call = draw(st.sampled_from(["work({0})", "work({0}, flag={1!r})", "work({0}, b=3, flag={1!r})"]))
    calls = [
        f"print(work({number}, b={other}, flag={value!r}) if {number} else {call.format(number, value)})"
        for number in (0, 1, 3)
        for other in (0, 5)
    ]
    text = "\n".join(
        ["heard = []", "", "", "def note(*said):", "    print(said)", "    return said[0]", "", "", *lines, "", "", *calls, ""]
    )
    return text, value


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_programs_do_the_same_without_the_flag(program: tuple[str, Any]) -> None:
    text, value = program
    try:
        files, _ = pruned({"program.py": text}, f"work.flag={value!r}")
    except Refusal:
        return
    assert "flag" not in files["program.py"].replace("the flag", "")
    assert run(files["program.py"]) == run(text), f"{text}\n-----\n{files['program.py']}"
    with pytest.raises(Exception, match="nothing in the project"):
        pruned({"program.py": files["program.py"]}, f"work.flag={value!r}")


def test_most_generated_programs_are_not_refused() -> None:
    kept = 0
    for number in range(30):
        body = textwrap.dedent(f"""
            def work(a, flag=False):
                if flag and a > {number}:
                    return a
                return a + {number}

            print(work(1), work(2, flag=False))
            """)
        kept += "flag" in pruned({"program.py": body}, "work.flag=False")[0]["program.py"]
    assert kept == 0
