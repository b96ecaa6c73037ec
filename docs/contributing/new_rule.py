"""Write a new rule and its cases from a template: `python docs/contributing/new_rule.py experiment shuffled_twice`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PREFIXES = {
    "experiment": "EXP", "transparency": "TRA", "troubleshooting": "TRB", "resources": "RES", "testing": "TST", "dependencies": "DEP",
    "monitoring": "MON", "feedback": "FBL", "glue": "GLU", "effort": "EFF", "privacy": "PRV", "culture": "CUL", "configuration": "CFG",
    "dead_code": "DEX",
}  # fmt: skip

RULE = '''"""{code}."""

from __future__ import annotations

from collections.abc import Iterator

from mlsmith.rules.kit import Finding, Module, Rule, Severity


class {cls}(Rule):
    """One line that says what is wrong.

    ## What it finds
    The decision in words.

    ## Why it is debt
    What it costs, with the source.

    ## Bad
    ```python
    import random

    random.seed({number})  # finding: {code}
    ```

    ## Good
    ```python
    import random

    random.seed(7)
    ```

    ## Fix
    None: say why, or give the mended code as a block.

    ## When it stays silent
    Where not knowing makes it silent.

    ## References
    Where the claim comes from.
    """

    code = "{code}"
    severity = Severity.WARNING
    minutes = 10

    def python(self, module: Module) -> Iterator[Finding]:
        for call in module.calls_to("random.seed"):
            if call.argument("a", 0).value == {number}:
                yield self.finding(call, "the seed is {number}", advice="choose another one")
'''

CASES = """# {code} {name}

## An alias does not hide it
```python
from random import seed as start

start({number})  # finding: {code}
```

## Look-alike: the value comes from outside
```python
import random

def main(value):
    random.seed(value)
```
"""


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] not in PREFIXES or not sys.argv[2].isidentifier():
        print(f"usage: new_rule.py AREA name_of_the_sin, where AREA is one of {', '.join(PREFIXES)}", file=sys.stderr)
        return 2
    area, name = sys.argv[1:]
    rule = ROOT / "mlsmith" / "rules" / area / f"{name}.py"
    cases = ROOT / "tests" / "rules" / area / f"{name}.md"
    if rule.exists() or cases.exists():
        print(f"{rule.relative_to(ROOT)} exists already", file=sys.stderr)
        return 2
    code = next_code(PREFIXES[area])
    fields = {
        "code": code,
        "cls": "".join(word.capitalize() for word in name.split("_")),
        "name": name.replace("_", "-"),
        "number": int(code[3:]),
    }
    for file, template in ((rule, RULE), (cases, CASES)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(template.format(**fields), encoding="utf-8")
        print(f"wrote {file.relative_to(ROOT)}")
    package = rule.parent / "__init__.py"
    if not package.exists():
        package.write_text(f'"""Rules of the area {PREFIXES[area]}."""\n', encoding="utf-8")
    print(f"next: write the decision, run `just test tests/rules -k {code}`, then `just docs`")
    return 0


def next_code(prefix: str) -> str:
    """The first free number of 900 and above: the catalogue assigns the public ones."""
    from mlsmith.rules.catalogue import all_rules

    taken = {rule.code for rule in all_rules()}
    return next(f"{prefix}{number}" for number in range(901, 1000) if f"{prefix}{number}" not in taken)


if __name__ == "__main__":
    sys.exit(main())
