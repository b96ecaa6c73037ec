"""Templates of others: what they may do before and after consent."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mlsmith.errors import GitError, UserError
from mlsmith.scaffold.create import Created
from mlsmith.scaffold.foreign import Foreign, fetched
from mlsmith.scaffold.foreign_render import create_foreign

Git = Callable[..., str]
Snapshot = Callable[[Path], dict[str, bytes]]
TOP = "{{ cookiecutter.slug }}"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """The smallest template of its own."""
    folder = tmp_path / "template"
    (folder / TOP).mkdir(parents=True)
    _settings(folder, slug="theirs", name="{{ cookiecutter.slug | title }}", licence=["MIT", "BSD"])
    (folder / TOP / "README.md").write_text("{{ cookiecutter.name }} {{ cookiecutter.licence }}\n")
    return folder


def _settings(folder: Path, **values: Any) -> None:
    (folder / "cookiecutter.json").write_text(json.dumps(values))


@contextmanager
def _fetched(source: str, box: Path, checkout: str = "") -> Iterator[Foreign]:
    with fetched(source, checkout=checkout, into=box) as it:
        yield it


def _create(template: Path | str, place: Path, *, checkout: str = "", **options: Any) -> Created:
    options = {"given": {}, "directory": None, "output_dir": place, "git": False, **options}
    with _fetched(str(template), Path(tempfile.mkdtemp(dir=place.parent)), checkout) as it:
        return create_foreign(it, **options)


def test_a_plain_template_makes_a_project(template: Path, place: Path) -> None:
    created = _create(template, place, given={"licence": "BSD"})
    assert created.directory == place / "theirs"
    assert (place / "theirs/README.md").read_text() == "Theirs BSD\n"


def test_the_typed_directory_wins_over_the_templates_name(template: Path, place: Path) -> None:
    assert _create(template, place, directory="mine").directory == place / "mine"


def test_source_and_answers_are_recorded(template: Path, place: Path) -> None:
    record = (_create(template, place).directory / ".mlsmith/project.toml").read_text()
    assert f'source = "{template}"' in record
    assert 'licence = "MIT"' in record


def test_a_dry_run_writes_nothing(template: Path, place: Path) -> None:
    assert _create(template, place, dry_run=True).files == ("README.md",)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("hook", ["pre_prompt.py", "pre_gen_project.sh", "post_gen_project.py"])
def test_hooks_need_consent(template: Path, place: Path, hook: str) -> None:
    (template / "hooks").mkdir()
    (template / "hooks" / hook).write_text("#!/bin/sh\n")
    with pytest.raises(UserError, match=rf"hooks/{hook}.*--trust"):
        _create(template, place)
    assert list(place.iterdir()) == []


def test_extensions_need_consent(template: Path, place: Path) -> None:
    (template / "evil.py").write_text("raise SystemExit('ran')\n")
    _settings(template, slug="theirs", name="x", licence="y", _extensions=["evil.Extension"])
    with pytest.raises(UserError, match=r"extension evil\.Extension"):
        _create(template, place)


def test_after_consent_hooks_run_in_the_project_and_extensions_load(template: Path, place: Path) -> None:
    (template / "hooks").mkdir()
    (template / "hooks/post_gen_project.py").write_text("open('hooked', 'w').write('{{ cookiecutter.slug }}')\n")
    (template / "shout_ext.py").write_text(
        "from jinja2.ext import Extension\n"
        "class Shout(Extension):\n"
        "    def __init__(self, environment):\n"
        "        super().__init__(environment)\n"
        "        environment.filters['shout'] = str.upper\n"
    )
    _settings(template, slug="theirs", name="x", licence="y", _extensions=["shout_ext.Shout"])
    (template / TOP / "loud.txt").write_text("{{ cookiecutter.name | shout }}")
    created = _create(template, place, trust=True)
    assert (created.directory / "hooked").read_text() == "theirs"
    assert (created.directory / "loud.txt").read_text() == "X"
    assert "hooked" in created.files


def test_a_hook_that_fails_leaves_nothing(template: Path, place: Path) -> None:
    (template / "hooks").mkdir()
    (template / "hooks/post_gen_project.py").write_text("raise SystemExit(1)\n")
    with pytest.raises(UserError, match="does not render"):
        _create(template, place, trust=True)
    assert list(place.iterdir()) == []


_ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cookiecutter.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].system('true') }}",
    "{{ cycler.__init__.__globals__.os.popen('true').read() }}",
    "{{ (lambda: 1).__code__ }}",
]


@pytest.mark.parametrize("code", _ESCAPES)
def test_jinja_without_hooks_does_not_reach_python(template: Path, place: Path, code: str) -> None:
    (template / TOP / "evil.txt").write_text(code)
    with pytest.raises(UserError):
        _create(template, place)
    assert list(place.iterdir()) == []


def test_defaults_and_file_names_are_in_the_sandbox_too(template: Path, place: Path) -> None:
    _settings(template, slug="theirs", name="{{ ''.__class__.__mro__ }}", licence="x")
    with pytest.raises(UserError, match="internals"):
        _create(template, place)
    _settings(template, slug="theirs", name="x", licence="x")
    (template / TOP / "{{ ''.__class__.__mro__ }}").write_text("x")
    with pytest.raises(UserError, match="internals"):
        _create(template, place)


def test_the_sandbox_is_gone_afterwards(template: Path, place: Path) -> None:
    from cookiecutter import generate, prompt, utils

    _create(template, place)
    assert generate.create_env_with_context is prompt.create_env_with_context is utils.create_env_with_context


@pytest.mark.parametrize("slug", ["../escape", "/tmp/escape", "a/b", "..", ".", "", "con", "..\\x"])
def test_a_name_that_leads_elsewhere_is_refused(template: Path, place: Path, slug: str) -> None:
    with pytest.raises(UserError):
        _create(template, place, given={"slug": slug})
    assert list(place.iterdir()) == []
    assert not (place.parent / "escape").exists()


@pytest.mark.parametrize("name", ["../../escape", "/tmp/mlsmith-escape", "x/../../escape"])
def test_a_file_name_that_leads_elsewhere_is_refused(template: Path, place: Path, name: str) -> None:
    _settings(template, slug="theirs", name=name, licence="x")
    (template / TOP / "{{ cookiecutter.name }}").write_text("x")
    with pytest.raises(UserError, match="outside the project"):
        _create(template, place, trust=True)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("name", [".git/config", ".GIT/hooks/pre-commit", "sub/.git/config"])
def test_a_template_cannot_bring_settings_of_git(template: Path, place: Path, name: str) -> None:
    (template / TOP / name).parent.mkdir(parents=True)
    (template / TOP / name).write_text("[core]\n\tfsmonitor = false\n")
    with pytest.raises(UserError, match="repository's own folder"):
        _create(template, place, git=True)
    assert list(place.iterdir()) == []


def test_a_link_out_of_the_template_is_refused(template: Path, place: Path) -> None:
    (template / TOP / "passwords").symlink_to("/etc/passwd")
    with pytest.raises(UserError, match="symbolic link"):
        _create(template, place)


def test_unknown_keys_and_values_name_the_nearest_one(template: Path, place: Path) -> None:
    with pytest.raises(UserError, match='did you mean "licence"'):
        _create(template, place, given={"license": "MIT"})
    with pytest.raises(UserError, match='did you mean "MIT"'):
        _create(template, place, given={"licence": "MITT"})


def test_files_copied_without_rendering_stay_inside_and_as_they_are(template: Path, place: Path) -> None:
    _settings(template, slug="theirs", name="x", licence="y", _copy_without_render=["*.j2", "raw"])
    (template / TOP / "page.j2").write_text("{{ page.__class__ }}")
    (template / TOP / "raw").mkdir()
    (template / TOP / "raw/other.html").write_text("{{ unknown }}")
    created = _create(template, place)
    assert (created.directory / "page.j2").read_text() == "{{ page.__class__ }}"
    assert (created.directory / "raw/other.html").read_text() == "{{ unknown }}"


def test_the_users_own_settings_do_not_answer_and_nothing_is_kept_at_home(
    template: Path, place: Path, home: Path, snapshot: Snapshot
) -> None:
    (home / ".cookiecutterrc").write_text("default_context:\n  licence: BSD\n")
    before = snapshot(home)
    created = _create(template, place)
    assert (created.directory / "README.md").read_text() == "Theirs MIT\n"
    assert snapshot(home) == before
    assert sorted(path.name for path in home.iterdir()) == [".cookiecutterrc", ".gitconfig"]


def test_a_revision_of_a_repository_is_taken_and_recorded(template: Path, place: Path, git: Git) -> None:
    git("init", "--quiet", cwd=template)
    git("add", ".", cwd=template)
    git("commit", "--quiet", "-m", "one", cwd=template)
    git("tag", "v1", cwd=template)
    (template / TOP / "README.md").write_text("two\n")
    git("commit", "--quiet", "-am", "two", cwd=template)
    old = _create(f"file://{template}", place, checkout="v1").directory
    assert (old / "README.md").read_text() == "Theirs MIT\n"
    assert git("rev-parse", "v1", cwd=template) in (old / ".mlsmith/project.toml").read_text()
    new = _create(template, place.parent / "two", checkout=git("branch", "--show-current", cwd=template)).directory
    assert (new / "README.md").read_text() == "two\n"


@pytest.mark.parametrize(
    ("source", "checkout"),
    [
        ("file:///does/not/exist", ""),
        ("ext::sh -c true", ""),
        ("--upload-pack=true", ""),
        ("nowhere", ""),
        ("file://{template}", "--orphan"),
        ("file://{template}", "no-such-branch"),
    ],
)
def test_what_cannot_be_fetched_is_one_clear_line(template: Path, place: Path, git: Git, source: str, checkout: str) -> None:
    git("init", "--quiet", cwd=template)
    git("commit", "--quiet", "--allow-empty", "-m", "one", cwd=template)
    with pytest.raises(UserError) as caught:
        _create(source.format(template=template), place, checkout=checkout)
    assert "\n" not in str(caught.value)


def test_without_git_a_repository_cannot_be_fetched(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place))
    with pytest.raises(GitError, match="not installed"):
        _create("https://localhost/x.git", place)


@pytest.mark.parametrize("text", ["[]", "{", '{"templates": {"a": {"path": "a"}}}'])
def test_a_settings_file_out_of_shape_is_one_clear_line(template: Path, place: Path, text: str) -> None:
    (template / "cookiecutter.json").write_text(text)
    with pytest.raises(UserError):
        _create(template, place)


def test_a_template_without_a_project_folder_is_one_clear_line(tmp_path: Path, place: Path) -> None:
    _settings(tmp_path, slug="theirs")
    with pytest.raises(UserError, match="does not render"):
        _create(tmp_path, place)


@pytest.mark.parametrize("text", ["{{ unclosed", "{% if %}", "{{ unknown }}", "{% include 'absent' %}"])
def test_a_template_that_does_not_render_is_one_clear_line(template: Path, place: Path, text: str) -> None:
    (template / TOP / "broken.txt").write_text(text)
    with pytest.raises(UserError, match="does not render") as caught:
        _create(template, place)
    assert "\n" not in str(caught.value)
    assert list(place.iterdir()) == []


def test_a_folder_without_settings_is_no_template(tmp_path: Path, place: Path) -> None:
    with pytest.raises(UserError, match=r"no cookiecutter\.json"):
        _create(tmp_path, place)
