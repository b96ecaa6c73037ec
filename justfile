# Everything a developer runs. `just` alone lists the recipes; `just check` is what CI runs.
python := if path_exists(".venv/bin/python") == "true" { ".venv/bin/python" } else { "python3" }

_default:
    @just --list

# all checks: format, lint, types, layers, docs, mlsmith on itself, tests
check: format-check lint types layers docs-check self test

format:
    {{python}} -m ruff format .
    {{python}} -m ruff check --fix .

format-check:
    {{python}} -m ruff format --check .

lint:
    {{python}} -m ruff check .

types:
    {{python}} -m mypy

# the rooms and their order, enforced on ourselves
layers:
    {{python}} -c "from importlinter.cli import lint_imports_command as run; run()"

# mlsmith on itself
self:
    {{python}} -m mlsmith lint .
    {{python}} -m mlsmith gate .

# tests in parallel; `just test -m 'not slow and not projects'` for the quick ones
test *ARGS:
    {{python}} -m pytest -n auto --dist worksteal -m "not projects" {{ARGS}}

# generated projects installed and run, each with its tests and its incidents (`just projects -k fraud`)
projects *ARGS:
    {{python}} -m pytest -n auto --dist worksteal -m projects {{ARGS}}

# write the generated pages
docs:
    {{python}} docs/generate.py

docs-check:
    {{python}} docs/generate.py --check

# a rule and its cases, from a template
new-rule AREA NAME:
    {{python}} docs/contributing/new_rule.py {{AREA}} {{NAME}}

# figures: speed against the limit, size, memory
bench *ARGS:
    {{python}} benchmarks/speed.py {{ARGS}}

# figures of `mlsmith review`, on histories that it makes
bench-review:
    {{python}} benchmarks/review.py

# what each kind of project costs against its budget: made, installed, trained, tested
skeletons *KINDS:
    {{python}} benchmarks/skeletons.py {{KINDS}}
    {{python}} docs/generate.py

# which mistakes projects of peers' skeletons notice; clones in CLONES, each peer in its own venv under VENVS
peer-skeletons CLONES VENVS:
    {{python}} benchmarks/peer_skeletons.py {{CLONES}} {{VENVS}}
    {{python}} docs/generate.py

# the table of precision from the recorded verdicts
precision:
    {{python}} docs/generate.py measured

# what diff says of real commits, joined with the recorded verdicts; clones or bare mirrors in CLONES
diff-commits CLONES *ARGS:
    {{python}} benchmarks/diff_commits.py {{CLONES}} {{ARGS}}

# how long diff takes between two revisions of a large repository
diff-speed:
    {{python}} benchmarks/diff_speed.py

# resolve the development lock anew (needs uv)
lock:
    uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.txt

# how well a baseline knows findings again, over real histories
identity *CLONES:
    {{python}} benchmarks/baseline_identity.py {{CLONES}}

# mlsmith beside its peers on the checkouts in FOLDER, each peer in its own venv under VENVS
peers FOLDER VENVS *ARGS:
    {{python}} benchmarks/peers.py --setup {{VENVS}}
    {{python}} benchmarks/peers.py {{FOLDER}} --venvs {{VENVS}} {{ARGS}}
    {{python}} docs/generate.py

# replay the places that authors themselves mended, from clones in FOLDER
recall FOLDER *CODES:
    {{python}} benchmarks/recall.py {{FOLDER}} {{CODES}}

# the kit's tables of library knowledge against the installed libraries (those of `kit/knowledge` that are there)
check-knowledge python=python:
    {{python}} -m pytest -q -rs -o python_files="*_are_*.py" tests/knowledge
