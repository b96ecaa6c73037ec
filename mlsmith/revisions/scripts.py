"""Shell scripts and Makefiles as the commands that they run: comments, layout and messages fall away, changed options are named."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from mlsmith.change import Change, Component, Significance
from mlsmith.errors import SourceError
from mlsmith.regex import regex
from mlsmith.revisions.tools import is_tool
from mlsmith.sources.config import read_config

_HEREDOC = regex(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_COMMENT = regex(r"(?:^|\s)#.*\Z")
_BATCH_OPTION = regex(r"#(?:SBATCH|PBS|BSUB|OAR|MSUB|\$)\s")
_REMARK = regex(r"(?:rem\b|::)", re.IGNORECASE)
_RUNS = regex(
    r"(?:^|[\s;&|@(])(?:[^\s=]*/)?(?:python[\d.]*|torchrun|accelerate\s+launch|deepspeed|horovodrun|mpirun|srun|dvc|papermill|ray|spark-submit|mlflow|kedro"
    r"|lightning|nnictl|sbatch|Rscript|fairseq-\w+|allennlp|rasa|spacy)\s"
)
_MODULE_OF_TOOL = regex(r"python[\d.]*\s+(?:-\w+\s+)*-m\s+(?:pip\b|venv\b|ensurepip\b|http\b|json\.tool\b|([\w.-]+))")
_SETUP = regex(r"setup\.py\b|\bpython[\d.]*\s+(?:--version|-V|-c)\b")
_INSTALLS = regex(r"\b(?:pip[\d.]*|conda|mamba|uv|poetry|apt|apt-get|yum|apk|brew)\s+(?:\S+\s+)*?(?:install|add|sync|create|lock)\b")
_OF_TOOLS = regex(r"@?(?:python[\d.]*\s+-m\s+)?pip[\d.]*\s+install\s+(?:-{1,2}[a-zA-Z-]+\s+)*([^-].*)\Z")
_HARDWARE = regex(r"#(?:SBATCH|PBS|BSUB)|CUDA_VISIBLE_DEVICES|nproc|--gpus?\b|--nodes\b|num_gpus|OMP_NUM_THREADS", re.IGNORECASE)
_SAYS = regex(r"@?(?:echo|printf|print|set\s+-[a-z]+|set\s+-o\s+\w+)\b[^|>`]*\Z")
_RULE = regex(r"[^=:'\"]+:(?![=:])(?!.*\s[:?+]?=)")
_CHECKED = frozenset({"example", "examples", "tutorial", "tutorials", "test", "tests"})
"""Folders of what a pipeline runs to see whether it still works"""
_TAKEN = regex(r"\A\w+=[\"']?(?:\$\(|`)\s*")
"""Of `x=$(command)` what is before the command"""
_TARGET_OF_CODE = regex(
    r"docs?|documentation|lint(?:ing)?|format|fmt|style|type[-_]?check|mypy|ruff|coverage|pre-commit|help|(?:dist)?clean|clean[-_](?:pyc|build|docs|cache)"
)
"""What in a Makefile looks after code"""
_FUNCTION = regex(r"(?:function\s+)?([A-Za-z_][\w-]*)\s*\(\)\s*\{?\Z|function\s+([A-Za-z_][\w-]*)(?:\s*\{)?\Z")
_VARIABLE = regex(
    r"(?:(?:export|local|declare|readonly|override) )?([A-Za-z_]\w*)"
    r"(?:\+?=(?!=)(?:[^\s\"'`$]|\$(?!\()|\"[^\"]*\"|'[^']*')*(?:\$\(.*\)|`[^`]*`)?| ?[:+?]?= .*)\Z|\$\(eval\s+([A-Za-z_]\w*)\s*[:+?]?="
)
_SUBSTITUTES = regex(r"`|\$\((?!eval\b|\w+\))")
"""A command whose output is taken; `$(NAME)` is a variable of make"""
_OPENS = regex(r"(?:if|for|while|until|case|select)\b|ifn?(?:eq|def)\b|.*\{\Z")
_CLOSES = frozenset({"fi", "done", "esac", "}", "endif"})
_AROUND = frozenset({"then", "do", "else", "{", ";;"}) | _CLOSES
"""Words of the shell and of make that only say where a block begins and ends"""
_OPTION = regex(r"(--?[A-Za-z][\w.-]*|[A-Za-z_][\w./@-]*)=(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """One logical line; `text` is its words with single blanks between them."""

    text: str
    line: int


_ASSIGNED = regex(r"((?:export |override )?)([A-Za-z_]\w*) ?([:+?]?=)")
_TITLES = {("name",), ("displayName",), ("description",)}
"""Keys of pipelines under which people read what a step does"""
_WORD = "word "
_NOTHING = regex(r"[a-z_]\w*=(?:\"\"|'')?\Z")
"""What a script begins to put something together with"""


def script_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> tuple[Change, ...]:
    """Changes of the commands of a script, by line. Of a pipeline, which is a program of its own, those that run the project's code."""
    sides = [_commands(data) for data in (old, new)]
    if path.rpartition("/")[2].lower().endswith(("makefile", ".mk", "justfile")):
        sides = [_without_rules(side, data) for side, data in zip(sides, (old, new), strict=True)]
    if path.rpartition("/")[2] == "Jenkinsfile":
        sides = [[one for one in side if _trains(one.text)] for side in sides]
    return compared(path, sides[0], sides[1], moved_from)


def workflow_changes(path: str, old: bytes | None, new: bytes | None, *, moved_from: str | None = None) -> tuple[Change, ...]:
    """Of the configuration of a tool: changes of the commands in it that run the project's own code. One that came or went may
    only try it.
    """
    ours, theirs = ([one for one in _embedded(data, path) if _trains(one.text) and not _checks(one.text)] for data in (old, new))
    changes = compared(path, ours, theirs, moved_from)
    return tuple(change._replace(rewritten=True) if change.kind.startswith("command ") else change for change in changes)


def compared(path: str, ours: list[Command], theirs: list[Command], moved_from: str | None) -> tuple[Change, ...]:
    """Commands that came, went, moved, or run with other options, by line."""
    changes: list[Change] = []
    gone: list[Command] = []
    come: list[Command] = []
    matcher = SequenceMatcher(None, [one.text for one in ours], [one.text for one in theirs], autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what != "equal":
            gone += ours[i1:i2]
            come += theirs[j1:j2]
    gone, come = _without_ends(gone, ours), _without_ends(come, theirs)
    for other in list(come):
        one = next((one for one in gone if one.text == other.text), None)
        if one is not None:
            gone.remove(one)
            come.remove(other)
            changes.append(_change(path, other, f"{_noun(other.text)} moved", _program(other.text), None, None, moved_from))
    for other in come:
        one = next((one for one in gone if _program(one.text) == _program(other.text)), None)
        if one is None:
            changes.append(_change(path, other, f"{_noun(other.text)} added", _program(other.text), None, other.text, moved_from))
            continue
        gone.remove(one)
        for option, was, now in _options(one.text, other.text):
            subject = f"{_program(other.text)} ({option})" if option else _program(other.text)
            changes.append(_change(path, other, _noun(other.text), subject, was, now, moved_from))
    changes += [_change(path, one, f"{_noun(one.text)} removed", _program(one.text), one.text, None, moved_from) for one in gone]
    return tuple(sorted(changes, key=lambda change: (change.line, change.subject)))


def _without_ends(some: list[Command], side: list[Command]) -> list[Command]:
    """Without the words that only begin and end a block all of which came or went: its head, and what it does, are told."""
    among, silent = {id(one) for one in some}, set[int]()
    opened: list[int] = []
    for number, one in enumerate(side):
        if one.text in _CLOSES and opened:
            block = side[opened.pop() : number + 1]
            if all(id(inner) in among for inner in block):
                silent |= {id(inner) for inner in block if inner.text in _AROUND}
        elif _OPENS.match(one.text) and one.text.rpartition(" ")[2] not in _CLOSES:
            opened.append(number)
    return [one for one in some if id(one) not in silent]


def _noun(text: str) -> str:
    if _FUNCTION.match(text):
        return "function"
    is_made = text.startswith("$(eval") or not _SUBSTITUTES.search(text)
    return "variable" if is_made and _VARIABLE.match(text) else "command"


def _commands(data: bytes | None) -> list[Command]:
    found: list[Command] = []
    parts: list[str] = []
    first, until = 1, ""
    for number, line in enumerate((data or b"").decode("utf-8-sig", "replace").splitlines(), 1):
        if until:
            found.append(Command(line, number))
            until = "" if line.strip() == until else until
            continue
        first = number if not parts else first
        text = line.strip() if _BATCH_OPTION.match(line) else _without_comment(line)
        parts.append(text.removesuffix("\\").removesuffix("^").strip() if text.endswith(("\\", "^")) else text)
        if text.endswith(("\\", "^")):
            continue
        joined = _spaced(" ".join(part for part in parts if part))
        parts = []
        heredoc = _HEREDOC.search(joined)
        until = heredoc[2] if heredoc else ""
        if joined and not _is_silent(joined) and not _NOTHING.match(joined):
            found.append(Command(joined, first))
    return found


def _without_rules(commands: list[Command], data: bytes | None) -> list[Command]:
    """Of a Makefile without the lines that say what is made of what, and without what looks after code."""
    lines = (data or b"").decode("utf-8-sig", "replace").splitlines()
    found: list[Command] = []
    variables: dict[int, str] = {}
    of_code = False
    for one in commands:
        inside = lines[one.line - 1][:1].isspace()
        named = _ASSIGNED.match(one.text) if not inside else None
        if named is not None:
            found.append(Command(f"{named[1]}{named[2]} {named[3]} {one.text[named.end() :].strip()}".rstrip(), one.line))
            if not named[1]:
                variables[one.line] = named[2]
        elif not inside and _RULE.match(one.text):
            of_code = all(map(_TARGET_OF_CODE.fullmatch, one.text.partition(":")[0].split()))
        elif not (inside and of_code) or _trains(one.text):
            found.append(one)
    return [one for one in found if one.line not in variables or _is_read(variables[one.line], found, lines)]


def _is_read(variable: str, kept: list[Command], lines: list[str]) -> bool:
    """Not what only those commands read that look after code. What nothing reads here may be meant for another file."""
    reads = re.compile(rf"\$(?:\({variable}\)|\{{{variable}\}})")
    return any(reads.search(other.text) for other in kept) or not any(map(reads.search, lines))


def _without_comment(line: str) -> str:
    text = line.strip()
    if text.startswith("#") or _REMARK.match(text):
        return ""
    if "#" in text and text.count('"') % 2 == 0 and text.count("'") % 2 == 0:
        cut = _COMMENT.search(text)
        before = text[: cut.start()] if cut else text
        return before if before.count('"') % 2 == 0 and before.count("'") % 2 == 0 else text
    return text


def _spaced(text: str) -> str:
    """Single blanks between words; what is quoted keeps its own."""
    pieces = re.split(r"(\"(?:[^\"\\]|\\.)*\"|'[^']*')", text)
    return "".join(piece if number % 2 else re.sub(r"\s+", " ", piece) for number, piece in enumerate(pieces)).strip()


def _is_silent(text: str) -> bool:
    """Messages, and programs that look after code."""
    if text.startswith(".PHONY") or _SAYS.match(text):
        return True
    word = _TAKEN.sub("", text).lstrip("@-").split(" ")[0].rpartition("/")[2]
    module = _MODULE_OF_TOOL.search(text)
    installed = _OF_TOOLS.match(text)
    if installed is not None and all(map(is_tool, re.split(r"[\s'\"]+", installed[1].strip()))):
        return True
    return is_tool(word) or bool(module and module[1] and is_tool(module[1].partition(".")[0]))


def _trains(text: str) -> bool:
    module = _MODULE_OF_TOOL.search(text)
    of_tool = module is not None and (module[1] is None or is_tool(module[1].partition(".")[0]))
    return bool(_RUNS.search(f"{text} ")) and not of_tool and not _SETUP.search(text)


def _checks(text: str) -> bool:
    return any(word.endswith(".py") and not _CHECKED.isdisjoint(word.split("/")[:-1]) for word in text.split())


def _embedded(data: bytes | None, path: str) -> Iterator[Command]:
    """Commands in the texts of a YAML or JSON file."""
    if data is None or not path.endswith((".yaml", ".yml", ".json", ".toml")):
        return
    try:
        entries = read_config(data, path).entries
    except SourceError:
        return
    for entry in entries:
        is_a_title = entry.path[-1:] in _TITLES
        if not is_a_title and isinstance(entry.value, str) and " " in entry.value.strip() and _RUNS.search(f"{entry.value} "):
            start = entry.value_span.start.line
            for one in _commands(entry.value.encode("utf-8", "replace")):
                yield Command(one.text, start + one.line - 1)


def _program(text: str) -> str:
    """The words before the first option: `CUDA_VISIBLE_DEVICES=0 python train.py` → `python train.py`."""
    named = _FUNCTION.match(text) or _VARIABLE.match(text)
    if named:
        return str(named[1] or named[2])
    words = [word for word in text.lstrip("@-").split(" ") if word]
    while len(words) > 1 and re.match(r"[A-Z_][A-Z0-9_]*=", words[0]):
        words.pop(0)
    if words and words[0].startswith("#") and len(words) > 1:
        return f"{words[0]} {re.split(r'[= ]', words[1])[0]}"
    kept = words[:1]
    for word in words[1:]:
        if word.startswith("-") and kept[-1].startswith("python"):
            kept.append(word)
        elif word.startswith("-") or "=" in word or len(kept) > 3 or _has_end(kept):
            break
        else:
            kept.append(word)
    return " ".join(kept)[:60]


def _has_end(words: list[str]) -> bool:
    """Whether a program or script has been named: what follows are its arguments."""
    return (
        words[-1].endswith((".py", ".sh", ".ipynb", ".R"))
        or words[-1] in ("install", "add", "launch", "repro")
        or (len(words) > 1 and words[-2] == "-m")
    )


def _options(old: str, new: str) -> list[tuple[str, str | None, str | None]]:
    """(option, old, new) of what differs; one unnamed triple where the words do not tell."""
    if "=" in old and "=" in new and old.split("=")[0] == new.split("=")[0] and " " not in old + new:
        return [("", old.partition("=")[2], new.partition("=")[2])]
    ours, theirs = _named(old), _named(new)
    if ours is None or theirs is None:
        return [("", old, new)]
    found = []
    for name in dict.fromkeys([*ours, *theirs]):
        was, now = ours.get(name), theirs.get(name)
        if was != now and not name.startswith(_WORD):
            found.append((name, was, now))
    found += _words([[value for name, value in side.items() if name.startswith(_WORD)] for side in (ours, theirs)])
    return found or [("order of the arguments", old, new)]


def _words(sides: list[list[str]]) -> list[tuple[str, str | None, str | None]]:
    """What came, went or took another's place among the words that belong to no option."""
    found: list[tuple[str, str | None, str | None]] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, sides[0], sides[1], autojunk=False).get_opcodes():
        if what != "equal":
            pairs = itertools.zip_longest(sides[0][i1:i2], sides[1][j1:j2])
            found += [(f"{_WORD}{(j1 if now is not None else i1) + number + 1}", was, now) for number, (was, now) in enumerate(pairs)]
    return found


def _named(text: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    name, number = "", 0
    if re.search(r"[|;&`]|\$\(", text):
        return None
    for word in text.split(" "):
        pair = _OPTION.match(word)
        if pair:
            key, value, name = pair[1], pair[2], ""
        elif word.startswith("-") and len(word) > 1 and not word[1].isdigit():
            key, value, name = word, "given", word
        elif name:
            key, value = name, word if found[name] == "given" else f"{found[name]} {word}"
            found[key] = value
            continue
        else:
            number += 1
            key, value = f"{_WORD}{number}", word
        if key in found:
            return None
        found[key] = value
    return found


def _change(path: str, command: Command, kind: str, subject: str, old: str | None, new: str | None, moved_from: str | None) -> Change:
    text = command.text
    component = Component.HARDWARE if _HARDWARE.search(f"{text} {subject}") and _is_hardware(text, subject) else Component.SOURCE
    if _INSTALLS.search(text):
        component = Component.PLATFORM
    weight = Significance.HIGH if _trains(text) else Significance.MEDIUM if component is not Component.SOURCE else Significance.LOW
    return Change(
        component=component, kind=kind, path=path, line=command.line, symbol="", subject=subject, old=old, new=new, significance=weight,
        moved_from=moved_from, rewritten=kind.startswith("command ") and component is Component.SOURCE and not _trains(text),
    )  # fmt: skip


def _is_hardware(text: str, subject: str) -> bool:
    option = subject.partition(" (")[2].rstrip(")")
    return bool(_HARDWARE.search(option)) if option else text.startswith("#")
