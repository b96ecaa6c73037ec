"""DEP104."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlsmith.regex import regex
from mlsmith.rules.kit import Call, Finding, Module, Rule, Severity

_RUNNERS = (
    "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
)  # fmt: skip
_INSTALL = regex(r"\b(?:pip3?|conda|mamba)\s+install\s+(.*)")
_PINNED = regex(r"(===?|@|=)\s*[\w.]+")
_PACKAGE = regex(r"^[A-Za-z][\w.-]*(\[[\w,.-]+\])?([<>~!]=?[\w.,<>=!~*-]+)?$")
_WITH_VALUE = ("-r", "-c", "-e", "-f", "-i", "--index-url", "--extra-index-url", "--find-links", "-t", "--target", "--channel", "-n", "--name",
               "--requirement", "--constraint", "--editable", "--trusted-host", "--prefix", "-p", "--root", "--proxy", "--timeout")  # fmt: skip


class InstallAtRunTime(Rule):
    """A program installs packages while it runs, without versions.

    ## What it finds
    `pip install`, `conda install` and `mamba install` of packages with no exact version, started through `os.system` or `subprocess`
    with the command written out.

    ## Why it is debt
    What the program runs on is decided anew at every start, by whatever the index holds that minute, and stands in no requirements
    file (Arpteg et al. 2018, dependency management).

    ## Bad
    ```python
    import os

    os.system("pip install sentencepiece")  # finding: DEP104
    ```

    ## Good
    ```python
    import os

    os.system("pip install sentencepiece==0.2.0")
    ```

    ## Fix
    None: the package belongs into the requirements, with the version that works.

    ## When it stays silent
    For exact versions; for `-r` and `-e`; for upgrades of pip, setuptools and wheel; for commands put together from variables; for the
    magics `%pip` and `!pip` of notebooks, which are not looked at; in setup.py, noxfile.py and files that name installation in their path.

    ## References
    pip documentation, using pip from your program.
    """

    code = "DEP104"
    severity = Severity.WARNING
    minutes = 15
    speaks_in_examples = False

    def python(self, module: Module) -> Iterator[Finding]:
        if not module.imports("os", "subprocess") or re.search(r"(setup|noxfile|tasks|install\w*|build|bootstrap)\.py$", module.path):
            return
        for call in module.calls_to(*_RUNNERS):
            packages = _loose(_command(call))
            if packages:
                yield self.finding(
                    call, f"installs {', '.join(f'`{name}`' for name in packages[:3])} at run time, in whatever version is there that day",
                    advice="put it into the requirements with an exact version, and fail with a clear message where it is missing",
                )  # fmt: skip


def _command(call: Call) -> str:
    """The command as one text; an item of a list that is not literal, such as `sys.executable`, is left open."""
    node = call.node.args[0] if call.node.args else call.argument("args").node
    if isinstance(node, (ast.List, ast.Tuple)):
        return " ".join(str(item.value) if isinstance(item, ast.Constant) else "{}" for item in node.elts)
    value = call.module.constant(node)
    return value if isinstance(value, str) else ""


def _loose(command: str) -> list[str]:
    """Packages that the command installs without an exact version."""
    match = _INSTALL.search(command)
    if match is None:
        return []
    words = re.split(r"[;&|>]{1,2}\s", match.group(1))[0].split()
    found = []
    for before, word in zip(["", *words], words, strict=False):
        word = word.strip("'\"")
        plain = before not in _WITH_VALUE and not word.startswith("-") and _PACKAGE.match(word)
        if plain and not _PINNED.search(word) and word not in ("pip", "setuptools", "wheel") and not word.endswith((".whl", ".txt", ".gz")):
            found.append(word)
    return found
