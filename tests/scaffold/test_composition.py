"""Layers put together: one owner a file, shared files merged, everything else refused."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mlsmith.errors import UserError
from mlsmith.scaffold.create import Plan, create
from mlsmith.scaffold.defects import TemplateDefect
from mlsmith.scaffold.kinds import Catalogue, find_kind, read_catalogue, stack
from mlsmith.scaffold.planning import Wish, contents, make_plan, mentions

MakePlan = Callable[..., Plan]


def _layer(templates: Path, name: str, *, toml: str = "", **files: str) -> None:
    folder = templates / "layers" / name
    (folder / "files").mkdir(parents=True)
    (folder / "layer.toml").write_text(f'title = "{name}"\nrequires = ["base"]\n{toml}')
    for path, text in files.items():
        (folder / "files" / path).write_text(text)


def _create(templates: Path, place: Path, *layers: str) -> Path:
    plan = make_plan(read_catalogue(templates), Wish("tiny", layers, {}, "shop", place))
    return create(plan, git=False).directory


def test_layers_share_pyproject_ci_hooks_and_ignore_lists(plan: MakePlan) -> None:
    project = create(plan("shop", "serving"), git=False).directory
    settings = tomllib.loads((project / "pyproject.toml").read_text())
    assert settings["project"]["dependencies"] == ["attrs>=23,<99", "jinja2>=3,<4", "markupsafe>=2"]
    assert settings["project"]["optional-dependencies"] == {
        "test": ["pytest>=8,<99"],
        "dev": ["mlsmith>=0.1"],
    }
    assert settings["tool"]["mlsmith"]["gate"] == {"max-ratio": 0.003, "min-grade": "B"}
    assert "# Wide enough for a table row." in (project / "pyproject.toml").read_text()
    jobs = yaml.safe_load((project / ".github/workflows/ci.yml").read_text())["jobs"]
    assert list(jobs) == ["test", "train"]
    assert jobs["test"]["steps"][0]["env"]["TOKEN"] == "${{ secrets.TOKEN }}"
    hooks = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"]
    assert [hook["id"] for repo in hooks for hook in repo["hooks"]] == ["mlsmith", "serves"]
    assert (project / ".gitignore").read_text() == ".venv/\nruns/\nmodels/\n"


def test_paths_and_texts_and_incidents_take_the_answers(plan: MakePlan) -> None:
    project = create(plan("my-shop", package="till", description="Counts coins"), git=False).directory
    assert (project / "src/till/__init__.py").read_text() == '"""Counts coins."""\n'
    assert 'KIND = "tiny"' in (project / "src/till/model.py").read_text()
    assert "+++ b/src/till/__init__.py" in (project / "docs/incidents/flag.patch").read_text()
    assert tomllib.loads((project / "docs/incidents/flag.toml").read_text())["story"].endswith("till")


def test_verbatim_files_are_copied_as_they_are_and_only_those_of_their_layer(templates: Path, place: Path) -> None:
    (templates / "layers/base/files/deploy").mkdir()
    (templates / "layers/base/files/deploy/base.tmpl").write_text("{{ cookiecutter.slug }}")
    project = _create(templates, place, "serving")
    assert "{{ cookiecutter.port }}" in (project / "deploy/service.tmpl").read_text()
    assert (project / "deploy/base.tmpl").read_text() == "shop"


def test_two_layers_that_write_one_file_are_refused_by_name(templates: Path, place: Path) -> None:
    _layer(templates, "rival", **{"README.md": "mine"})
    with pytest.raises(TemplateDefect, match=r'"base" and "rival" both write README\.md'):
        _create(templates, place, "rival")
    assert list(place.iterdir()) == []


def test_a_layer_that_says_so_takes_a_file_over(templates: Path, place: Path) -> None:
    _layer(templates, "rival", toml='replaces = ["README.md"]\n', **{"README.md": "mine"})
    assert (_create(templates, place, "rival") / "README.md").read_text() == "mine"


def test_an_empty_file_only_says_that_it_must_exist(templates: Path, place: Path) -> None:
    _layer(templates, "rival", **{"README.md": "", "py.typed": ""})
    project = _create(templates, place, "rival")
    assert (project / "README.md").read_text().startswith("# Shop")
    assert (project / "py.typed").read_bytes() == b""


def test_names_that_differ_only_in_case_are_refused(templates: Path, place: Path) -> None:
    _layer(templates, "rival", **{"readme.MD": "mine"})
    with pytest.raises(TemplateDefect, match="one file on some systems"):
        _create(templates, place, "rival")


def test_a_file_where_another_layer_has_a_folder_is_refused(templates: Path, place: Path) -> None:
    _layer(templates, "rival", src="mine")
    with pytest.raises(TemplateDefect, match="src is a file"):
        _create(templates, place, "rival")


def test_two_templates_that_render_to_one_name_are_refused(templates: Path, place: Path) -> None:
    _layer(templates, "rival", **{"{{ cookiecutter.slug }}.md": "a", "shop.md": "b"})
    with pytest.raises(TemplateDefect, match="one name"):
        _create(templates, place, "rival")


def test_a_setting_two_layers_disagree_on_is_named(templates: Path, place: Path) -> None:
    _layer(templates, "rival", toml="[pyproject.tool.ruff]\nline-length = 88\n")
    with pytest.raises(TemplateDefect, match=r"pyproject\.toml.*tool\.ruff\.line-length"):
        _create(templates, place, "rival")


def test_an_undefined_variable_is_named_with_its_file(templates: Path, place: Path) -> None:
    _layer(templates, "rival", **{"x.md": "{{ cookiecutter.nonsense }}"})
    with pytest.raises(TemplateDefect, match=r"x\.md.*nonsense"):
        _create(templates, place, "rival")
    assert list(place.iterdir()) == []


def test_a_syntax_error_of_jinja_is_one_line_with_its_place(templates: Path, place: Path) -> None:
    _layer(templates, "rival", **{"x.md": "fine\n{% if %}\n"})
    with pytest.raises(TemplateDefect, match=r"x\.md, line 2") as caught:
        _create(templates, place, "rival")
    assert "\n" not in str(caught.value)


def test_a_symbolic_link_in_a_layer_is_refused(templates: Path, place: Path) -> None:
    _layer(templates, "rival")
    (templates / "layers/rival/files/secret").symlink_to("/etc/hosts")
    with pytest.raises(TemplateDefect, match="symbolic link"):
        _create(templates, place, "rival")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.py", "def broken(:\n", r"a\.py would not parse"),
        ("a.toml", "x = \n", r"a\.toml would not parse"),
        ("a.yaml", "x: [\n", r"a\.yaml would not parse"),
        ("a.json", "{\n", r"a\.json would not parse"),
        ("a.md", "{% raw %}{{ cookiecutter.slug }}{% endraw %}", r"a\.md, line 1: still a template"),
    ],
)
def test_a_file_that_would_not_work_stops_the_project(templates: Path, place: Path, name: str, text: str, reason: str) -> None:
    _layer(templates, "rival", **{name: text})
    with pytest.raises(UserError, match=reason):
        _create(templates, place, "rival")
    assert list(place.iterdir()) == []


def test_required_layers_come_first_by_themselves(catalogue: Catalogue) -> None:
    names = [layer.name for layer in stack(catalogue, find_kind(catalogue, "bare"), extra=["model", "model"])]
    assert names == ["base", "model"]


def test_layers_that_require_each_other_are_a_fault_of_the_template(templates: Path) -> None:
    _layer(templates, "a")
    (templates / "layers/a/layer.toml").write_text('requires = ["b"]\n')
    _layer(templates, "b")
    (templates / "layers/b/layer.toml").write_text('requires = ["a"]\n')
    catalogue = read_catalogue(templates)
    with pytest.raises(TemplateDefect, match="a → b → a"):
        stack(catalogue, find_kind(catalogue, "bare"), extra=["a"])


def test_layers_that_exclude_each_other_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match='"serving" and "notebook" exclude'):
        stack(catalogue, find_kind(catalogue, "tiny"), extra=["notebook", "serving"])


def test_a_reason_why_layers_exclude_each_other_is_told(templates: Path) -> None:
    _layer(templates, "rival", toml='[conflicts]\nserving = "it answers in batches"\n')
    catalogue = read_catalogue(templates)
    with pytest.raises(UserError, match='"rival" and "serving" exclude') as caught:
        stack(catalogue, find_kind(catalogue, "tiny"), extra=["serving", "rival"])
    assert caught.value.advice == "it answers in batches"


def test_a_layer_has_files_that_come_only_beside_another(templates: Path, place: Path) -> None:
    _layer(templates, "engine")
    beside = templates / "layers/engine/with/serving"
    beside.mkdir(parents=True)
    (beside / "joint.txt").write_text("{{ cookiecutter.slug }}")
    assert not (_create(templates, place, "engine") / "joint.txt").exists()
    other = place / "other"
    other.mkdir()
    assert (_create(templates, other, "engine", "serving") / "joint.txt").read_text() == "shop"
    catalogue = read_catalogue(templates)
    kind = find_kind(catalogue, "tiny")
    alone, both = (contents(catalogue, stack(catalogue, kind, extra=extra)).files for extra in (["serving"], ["serving", "engine"]))
    assert both == alone + 1


def test_what_only_an_engine_needs_has_a_lock_of_its_own(templates: Path, place: Path) -> None:
    _layer(templates, "engine", toml='[dependencies]\nscale = ["markupsafe>=2"]\n')
    project = _create(templates, place, "engine")
    locks = {name: (project / f"requirements/{name}.txt").read_text() for name in ("run", "dev", "scale")}
    for name, text in locks.items():
        assert ("engines of conf/engine" in text) == (name == "scale")
    assert "pytest==" in locks["scale"]
    assert tomllib.loads((project / "pyproject.toml").read_text())["project"]["optional-dependencies"]["scale"] == ["markupsafe>=2"]
    other = place / "other"
    other.mkdir()
    assert not (_create(templates, other) / "requirements/scale.txt").exists()


def test_an_unknown_kind_or_layer_names_the_nearest_one(catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match='did you mean "tiny"'):
        find_kind(catalogue, "tinny")
    with pytest.raises(UserError, match='did you mean "serving"'):
        stack(catalogue, find_kind(catalogue, "tiny"), extra=["servng"])


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("titel = 'x'\n", "titel"),
        ("[dependencies]\nprod = []\n", "prod"),
        ("[questions.a]\nprompt = 'A'\n", "no default"),
        ("requires = 'base'\n", "list"),
        ("[conflicts]\nserving = 1\n", "reason in words"),
        ("title = \n", "layer.toml"),
    ],
)
def test_a_layer_toml_out_of_shape_is_named(templates: Path, toml: str, reason: str) -> None:
    (templates / "layers/model/layer.toml").write_text(toml)
    with pytest.raises(TemplateDefect, match=reason):
        read_catalogue(templates)


def test_the_size_of_a_stack_is_known_before_anything_is_written(catalogue: Catalogue) -> None:
    kind = find_kind(catalogue, "tiny")
    small, large = (contents(catalogue, stack(catalogue, kind, extra=extra)) for extra in ([], ["serving"]))
    assert large.files - small.files == 3
    assert large.requirements - small.requirements == 1


def test_where_an_answer_goes_is_known_before_it_is_given(catalogue: Catalogue) -> None:
    places = mentions(stack(catalogue, find_kind(catalogue, "tiny")))
    assert places["owner"] == ("README.md",)
    assert "src/<package>/model.py" in places["package"]
