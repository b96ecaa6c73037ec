"""The site builds without a warning, has every page, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def build(site: Path, *, project: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """Build the site into a folder, a warning being an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(project / "mkdocs.yml")]
    return subprocess.run(
        [*command, "--site-dir", str(site)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_of_docs_is_in_the_site(site: Path) -> None:
    pages = sorted(path.stem for path in (PROJECT / "docs").glob("*.md"))
    assert [name for name in pages if not (site / f"{name}.html").exists()] == []


def test_the_first_page_leads_to_every_other(site: Path) -> None:
    index = (PROJECT / "docs" / "index.md").read_text(encoding="utf-8")
    others = sorted(path.name for path in (PROJECT / "docs").glob("*.md") if path.name != "index.md")
    assert [name for name in others if f"({name})" not in index] == []


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loading = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//""")
    for page in site.rglob("*.html"):
        assert not loading.search(page.read_text(encoding="utf-8")), page.name
    assert loading.search('<script src="https://cdn.example.org/x.js"></script>')


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[lost](NOWHERE.md)\n", encoding="utf-8")
    settings = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    done = build(tmp_path / "site", project=tmp_path)
    assert done.returncode != 0
    assert "NOWHERE.md" in done.stderr
