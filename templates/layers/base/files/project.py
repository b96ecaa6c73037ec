{% set engines = cookiecutter.layers | select("in", ["dask", "spark", "torchrun"]) | list -%}
{% set packaged = engines | reject("equalto", "torchrun") | list -%}
#!/usr/bin/env python3
"""All commands of the project, on a machine that has nothing but Python: `python3 project.py train`, `… test`.

Makes `.venv`, installs the hashed requirements that a command needs when they have changed, and runs it.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
OLDEST = ({{ cookiecutter.python | replace(".", ", ") }})
{%- if packaged %}
# Engines whose packages stand in requirements/scale.txt and are installed once they are asked for.
ENGINES = ({% for engine in packaged %}"{{ engine }}",{{ "" if loop.last else " " }}{% endfor %})
{%- endif %}

USAGE = """usage: python3 project.py COMMAND [OPTIONS]

  test      the tests
  check     ruff and mypy, and mlsmith where it is installed
  python    this project's Python
{%- if engines %}
  scale     the slower tests, which run the engines of conf/engine: {{ engines | join(", ") }}
{%- endif %}
{%- if "docs" in cookiecutter.layers %}
  docs      the pages of docs/ as a site, in site/
{%- endif %}
{%- if "dvc" in cookiecutter.layers %}
  dvc       DVC, such as `dvc repro`
{%- endif %}
  COMMAND   anything else is a command of {{ cookiecutter.package }}: train, evaluate, … (see --help)
"""


def main(arguments):
    """Run one command and return its exit code."""
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return fail(f"Python {wanted} or newer is needed, this is {sys.version.split()[0]}", "try python" + wanted)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if arguments else 2
    command, rest = arguments[0], arguments[1:]
    if command == "test":
        return run("test", "-m", "pytest", *rest)
{%- if engines %}
    if command == "scale":
        return run("{{ "scale" if packaged else "test" }}", "-m", "pytest", *(rest or ["tests/scale"]))
{%- endif %}
    if command == "check":
        return check()
    if command == "python":
        return run("run", *rest)
{%- if "docs" in cookiecutter.layers %}
    if command == "docs":
        return run("test", "-m", "mkdocs", "build", "--strict", *rest)
{%- endif %}
{%- if "dvc" in cookiecutter.layers %}
    if command == "dvc":
        return run("test", "-m", "dvc", *rest)
{%- endif %}
{%- if packaged %}
    asked = any(word.removeprefix("--engine=") in ENGINES for word in arguments)
    return run("scale" if asked else "run", "-m", "{{ cookiecutter.package }}", *arguments)
{%- else %}
    return run("run", "-m", "{{ cookiecutter.package }}", *arguments)
{%- endif %}


def check():
    """Lint, types, and mlsmith if this machine has it; the first failure decides."""
    code = run("dev", "-m", "ruff", "check", "src", "tests") or run("dev", "-m", "mypy")
    if code:
        return code
    try:
        return subprocess.run(["mlsmith", "lint"], cwd=ROOT, check=False).returncode
    except FileNotFoundError:
        print("mlsmith is not installed here; its lint was left out", file=sys.stderr)
        return 0


def run(purpose, *arguments):
    """Run this project's Python with what `purpose` (run, test, dev{{ ", scale" if packaged }}) needs installed."""
{%- if "torch" in cookiecutter.layers %}
    code = install("torch") or (install("cuda") if torch_is_for_cuda() else 0) or install(purpose)
{%- else %}
    code = install(purpose)
{%- endif %}
    if code:
        return code
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run([str(interpreter()), *arguments], cwd=ROOT, env=environment, check=False).returncode


def install(purpose):
    """Make the environment and install the requirements whose digest has changed since."""
    requirements = ROOT / "requirements" / f"{purpose}.txt"
    if not requirements.is_file():
        return fail(f"{requirements.relative_to(ROOT)} is missing", "restore it from version control")
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = VENV / f"{purpose}.digest"
    if interpreter().exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    if not interpreter().exists():
        print("making .venv …", file=sys.stderr)
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
            return fail("the environment could not be made", "install the venv module, e.g. the package python3-venv")
    print(f"installing requirements/{purpose}.txt …", file=sys.stderr)
    pip = [str(interpreter()), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile"]
    pip += ["--require-hashes", "--no-deps", "-r", str(requirements)]
{%- if "torch" in cookiecutter.layers %}
    # A wheel in a folder (PIP_FIND_LINKS) has no hash in its link; pip ranks it last and would fetch another build.
    quiet = {"check": False, "stderr": subprocess.DEVNULL}
    found = purpose == "torch" and subprocess.run([*pip, "--no-index"], **quiet).returncode == 0
    if not found and subprocess.run(pip, check=False).returncode:
{%- else %}
    if subprocess.run(pip, check=False).returncode:
{%- endif %}
        return fail("the requirements could not be installed", "see pip's message above")
    stamp.write_text(wanted)
    return 0


{% if "torch" in cookiecutter.layers -%}
def torch_is_for_cuda():
    """Whether the build of torch that pip found asks for NVIDIA's libraries; requirements/README.md has more."""
    packages = [VENV / "Lib" / "site-packages", *VENV.glob("lib/python*/site-packages")]
    found = [path for folder in packages for path in folder.glob("torch-*.dist-info/METADATA")]
    return any("Requires-Dist: nvidia-" in path.read_text(encoding="utf-8") for path in found)


{% endif -%}
def interpreter():
    """The environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fail(problem, advice):
    """One clear line."""
    print(f"project.py: {problem}; {advice}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
