"""What a changed file has to do with a model's behaviour, by its name: nothing, only where that is known."""

from __future__ import annotations

import re
from enum import StrEnum

from mlsmith.engine.discover import kind_of
from mlsmith.regex import regex
from mlsmith.rules.kit.context import Context, context_of_path


class Role(StrEnum):
    PYTHON = "python"
    CONFIGURATION = "configuration"
    SETTINGS = "settings"
    """Lines of keys and values: INI, gin, environment files"""
    PLATFORM = "platform"
    IMAGE = "image"
    SCRIPT = "script"
    WORKFLOW = "workflow"
    """Configuration of tools, of which only the commands that run the project matter"""
    QUERY = "query"
    DATA = "data"
    OTHER = "other"
    """Code that is not read here, and everything of which nobody knows what it is"""
    NONE = "none"


_PROSE = (
    ".mdx",
    ".md",
    ".rst",
    ".markdown",
    ".adoc",
    ".tex",
    ".bib",
    ".html",
    ".css",
    ".scss",
    ".svg",
    ".pdf",
    ".ico",
    ".woff",
    ".woff2",
    ".ttf",
    ".pyi",
)
_NAMED = regex(
    r"(?:^|/)(?:LICEN[CS]E|COPYING|NOTICE|README|CHANGELOG|CHANGES|HISTORY|CITATION|CONTRIBUTING|CODEOWNERS|AUTHORS|OWNERS|CODE_OF_CONDUCT|SECURITY"
    r"|MANIFEST\.in|py\.typed|\.bumpversion\.(?:cfg|toml)|\.all-contributorsrc|\.git(?:ignore|keep|modules|attributes)|\.dockerignore|\.editorconfig|\.gitkeep|tox\.ini|\.coveragerc|pytest\.ini"
    r"|mypy\.ini|\.flake8|\.pylintrc|pylintrc|\.isort\.cfg|\.pre-commit-config\.ya?ml|mkdocs\.ya?ml|codecov\.ya?ml|_config\.yml|readthedocs\.ya?ml"
    r"|ruff\.toml|_quarto\.ya?ml|_toc\.yml|_?sidebars?\.(?:ya?ml|json|js)|docusaurus\.config\.[a-z]+|renovate\.json|Doxyfile|\.clang-format|noxfile\.py"
    r"|[^/]*(?:copyright|licen[cs]e)[^/]*\.txt|VERSION|_{0,2}version_{0,2}\.(?:txt|py)"
    r"|requirements\.txt\.dev|__about__\.py|_modidx\.py|(?:version_)?switcher\.json|versions\.json)(?:\.[a-z]+)?\Z"
    r"|\.(?:wpu|wpr|iml|code-workspace|sublime-project)\Z|(?:^|/)\.(?:idea|vscode)/",
    re.IGNORECASE,
)
_OF_TOOLS = regex(
    r"\A\.(?:github|gitlab|circleci|buildkite|ci|travis|jenkins|azure-?pipelines)/.*\.(?:py|sh|bash|ps1|bat)\Z"
    r"|(?:^|/)(?:build_tools|ci)/(?:.*/)?[\w-]+\.(?:sh|bash|ps1|bat)\Z|(?:^|/)\.devcontainer/"
    r"|(?:^|/)\.ipynb_checkpoints/|(?:^|/)__pycache__/|\.py[co]\Z|(?:^|/)events\.out\.tfevents\."
    r"|(?:^|/)\.(?:[a-z]*ignore|(?:prettier|eslint|markdownlint|stylelint|editor)[\w.-]*|yamlfmt|yamllint|typos\.toml|codespellrc)\Z"
)
"""Programs of the pipelines themselves, copies that an editor or Python keeps, what a run has logged, and what formatters and checkers read"""
_DRAWINGS = regex(r"(?:^|/)\.?(?:diagram|logo|banner|screenshot|thumb(?:nail)?|architecture|overview|flow_?chart)\.[a-z]+\Z", re.IGNORECASE)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".mp4", ".mov", ".webm", ".drawio")
_FOR_READERS = regex(
    r"(?:^|/)(?:docs?|documentation|assets?|images?|imgs?|figs?|figures?|media|static|screenshots?|logos?|site|results?|plots?|\.github)/",
    re.IGNORECASE,
)
_DOCUMENTATION = regex(r"(?:^|/)docs?/(?:[^/]+/)*(?:examples?|samples?|tutorials?|demos?|recipes|cookbook|exercises?)/", re.IGNORECASE)
"""Examples of the documentation are part of it, as those of the project are not"""
_WEBSITE = regex(r"(?:^|/)(?:website|docsite)/")
_TESTS = regex(r"(?:^|/)(?:tests|testing|unittests?|test_utils)/|^test/")
_HELPS_TESTS = regex(
    r"(?:^|/)(?:unit|integration|e2e|end_to_end|notebooks?|smoke|functional|acceptance|regression|gpu|distributed)[-_]tests?/"
    r"|_test_(?:utils?|helpers?)\.py\Z|(?:^|[/_])testing_(?:utils?|helpers?)\.py\Z"
)
_OF_A_PAGE = regex(r"(?:^|/)(?:\w*ui|web|frontend|client)/(?:.*/)?(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml)\Z", re.IGNORECASE)
_OF_ASSISTANTS = regex(r"(?:^|/)skills/[^/]+/(?:agents|evals)/")
_OF_CODE = regex(
    r"(?:^|/)[\w-]*(?:lint|licen[cs]e|pre-?commit|(?:style|code|type)[-_]?check|check[-_]?(?:style|code|types)|(?:auto|code)[-_]?format|pypi)[\w-]*\.(?:ba)?sh\Z"
    r"|(?:^|/)(?:format|fmt|black|isort|flake8|yapf|mypy|pylint|style|tidy|(?:build|make|gen|generate|publish|deploy)[-_]docs?|[\w-]*bump[\w-]*)\.(?:ba)?sh\Z"
)
"""Scripts that look after code, or hand it out"""
_OF_AZURE = regex(r"azure-pipelines[\w.-]*\.ya?ml\Z")
_PIPELINES = frozenset({"bitbucket-pipelines.yml", "appveyor.yml", "cloudbuild.yaml", "buildspec.yml", "prow_config.yaml"})
_LOGGING = regex(r"(?:^|/)log(?:ging)?(?:[_-]conf(?:ig)?)?\.(?:ya?ml|json|toml|ini|conf|cfg)\Z")
"""What is said, where and how loudly"""
_PROMPTS = regex(r"prompt", re.IGNORECASE)
_SETTINGS = regex(r"\.(?:ini|cfg|conf|gin|properties)\Z|(?:^|/)\.env(?:\.[^/]*)?\Z|\.env\Z")
_DATA = regex(
    r"\.(?:csv|tsv|parquet|feather|arrow|jsonl|ndjson|txt|npy|npz|h5|hdf5|pkl|pickle|joblib|pt|pth|ckpt|safetensors|onnx|bin|dvc|zip|gz|tar|xz|bz2"
    r"|xlsx?|db|sqlite3?|geojson|shp|tiff?|nc|wav|mp3|flac|avro|orc|model|vocab|tflite|pb|mat)\Z",
    re.IGNORECASE,
)
_OF_PAGES = regex(r"(?:^|/)(?:environment|env)[-_.](?:docs?|documentation|rtd|readthedocs)\.ya?ml\Z")
_MADE_UP = regex(r"(?:^|/)dummy(?:[-_]data)?[/.]", re.IGNORECASE)
"""Data that stand in for others where code is tried"""
_COMMANDS = (".sh", ".bash", ".zsh", ".mk", ".sbatch", ".slurm", ".bat", ".cmd", ".ps1", ".pbs")
_MAKEFILES = frozenset({"Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile", "Jenkinsfile", "Procfile"})


def role_of(path: str) -> Role:
    """The part that a file plays. Tests say what is wanted, documentation what is thought; neither alters a model."""
    name = path.rpartition("/")[2]
    context = context_of_path(path)
    if context is Context.EXAMPLE and _DOCUMENTATION.search(path):
        context = Context.DOCS
    kind = kind_of(path)
    is_test = context is Context.TEST and (kind in ("python", "notebook") or _TESTS.search(path) is not None)
    if is_test or _HELPS_TESTS.search(path) or _NAMED.search(path) or _OF_TOOLS.search(path):
        return Role.NONE
    if kind in ("python", "notebook"):
        return Role.NONE if context is Context.DOCS else Role.PYTHON
    if _OF_A_PAGE.search(path) or _OF_ASSISTANTS.search(path):
        return Role.NONE
    if path.startswith(".github/") and path.endswith((".yaml", ".yml")):
        return Role.WORKFLOW  # `environment-update.yml` among them asks for no packages.
    if path.endswith(_PROSE):
        return Role.DATA if _PROMPTS.search(path) and path.endswith((".md", ".mdx")) else Role.NONE
    if kind == "requirements":
        return Role.NONE if context is Context.DOCS or _OF_PAGES.search(path) else Role.PLATFORM
    if kind == "dockerfile":
        return Role.IMAGE
    if _WEBSITE.search(path) or _LOGGING.search(path):
        return Role.NONE
    if _SETTINGS.search(path):
        return Role.SETTINGS
    if kind == "config" or path.endswith((".json", ".yaml", ".yml", ".toml")):
        dotted = any(part.startswith(".") and part != ".dvc" for part in path.split("/"))
        return Role.WORKFLOW if dotted or name in _PIPELINES or _OF_AZURE.match(name) or context is Context.DOCS else Role.CONFIGURATION
    if path.endswith(_COMMANDS) or name in _MAKEFILES:
        return Role.NONE if context is Context.DOCS or _OF_CODE.search(path) else Role.SCRIPT
    if path.endswith((".sql", ".hql")):
        return Role.QUERY
    if path.lower().endswith(_PICTURES):
        return Role.NONE if _FOR_READERS.search(path) or _DRAWINGS.search(path) else Role.DATA
    if _DATA.search(path):
        return Role.NONE if context is Context.DOCS or _MADE_UP.search(path) else Role.DATA
    return Role.NONE if context is Context.DOCS else Role.OTHER
