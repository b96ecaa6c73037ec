"""The project as prune looks at it: the merged facts, and the text of every file, some of them overlaid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlsmith.engine.discover import Walk, kind_of, walk
from mlsmith.engine.run import Options, index_tree
from mlsmith.engine.trees import Overlaid
from mlsmith.errors import SourceError
from mlsmith.fixes.prune.refusal import Refusal
from mlsmith.index.lazily import lazily
from mlsmith.index.project import Project
from mlsmith.regex import regex
from mlsmith.rules.kit.module import Module
from mlsmith.settings import Settings
from mlsmith.sources.notebook import parse_notebook, read_notebook
from mlsmith.sources.python import read_python
from mlsmith.sources.tree import Tree

_WORD = regex(r"[A-Za-z_]\w*")


@dataclass
class Sight:
    """`open_tree` gives the files, `paths` names all that a walk sees, `beyond` what is left to others: it is never changed, but may use the
    flag, too."""

    root: Path
    settings: Settings
    open_tree: Callable[[], Tree]
    paths: tuple[str, ...]
    options: Options = field(default_factory=Options)
    beyond: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.tree = self.open_tree()
        self._data: dict[str, bytes] = {}
        self._modules: dict[str, Module | None] = {}

    def overlaid(self, changed: Mapping[str, bytes]) -> Sight:
        """The same project with other content in some files."""
        tree = Overlaid(self.tree, changed)
        seen = Sight(self.root, self.settings, lambda: tree, self.paths, Options(jobs=1, cache_home=self.options.cache_home), self.beyond)
        seen._data = {path: data for path, data in self._data.items() if path not in changed}
        seen._modules = {path: module for path, module in self._modules.items() if path not in changed}
        return seen

    @lazily
    def project(self) -> Project:
        return index_tree(self.open_tree, self.paths, self.root, self.settings, options=self.options)

    def data(self, path: str) -> bytes:
        """The bytes of a file; none where it cannot be read."""
        if path not in self._data:
            try:
                self._data[path] = self.tree.read(path)
            except SourceError:
                self._data[path] = b""
        return self._data[path]

    def text(self, path: str) -> str:
        return self.data(path).decode("utf-8", "replace")

    @property
    def python(self) -> Sequence[str]:
        """Python files and notebooks that are part of the index."""
        seen = set(self.paths)
        return [path for path in self.project.files if path in seen]

    def holding(self, word: str) -> Iterator[str]:
        """All files whose text has a word, whatever they are."""
        wanted = re.compile(rb"(?<!\w)" + re.escape(word.encode()) + rb"(?!\w)")
        for path in self.paths:
            if wanted.search(self.data(path)):
                yield path

    def refuse_beyond(self, word: str) -> None:
        """Raises Refusal where a file that is left to others has a word."""
        wanted = re.compile(rb"(?<!\w)" + re.escape(word.encode()) + rb"(?!\w)")
        for path in self.beyond:
            if wanted.search(self.data(path)):
                raise Refusal(
                    f"`{word}` stands in a file that is excluded, or of another repository",
                    path,
                    self.line_of(path, word),
                    sort="unseen file",
                )

    def line_of(self, path: str, word: str) -> int:
        """The first line of a file that has a word; 0 where none has."""
        wanted = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        return next((number for number, line in enumerate(self.text(path).split("\n"), 1) if wanted.search(line)), 0)

    def words(self, path: str) -> list[str]:
        return _WORD.findall(self.text(path))

    def module(self, path: str) -> Module | None:
        """A Python file or notebook, parsed; None where it cannot be."""
        if path not in self._modules:
            try:
                data = self.data(path)
                source = parse_notebook(read_notebook(data), path) if path.endswith(".ipynb") else read_python(data, path)
            except SourceError:
                self._modules[path] = None
            else:
                self._modules[path] = Module(source, self.settings)
        return self._modules[path]

    def modules_with(self, word: str, *, all_of_them: bool = True) -> Iterator[Module]:
        """Python files and notebooks that have a word. Raises Refusal where one cannot be parsed, if all are asked for."""
        for path in self.holding(word):
            if kind_of(path) in ("python", "notebook"):
                module = self.module(path)
                if module is not None:
                    yield module
                elif all_of_them:
                    raise Refusal(f"`{word}` stands in a file that cannot be parsed", path, self.line_of(path, word), sort="unseen file")


def files_beyond(root: Path, seen: Walk) -> tuple[str, ...]:
    """Files that the settings exclude, and those of submodules and other repositories inside of this one."""
    everything = walk(root)
    found = set(everything.files) - set(seen.files)
    for folder in everything.folders:
        if folder and (root / folder / ".git").exists():
            found.update(f"{folder}/{path}" for path in walk(root / folder).files)
    return tuple(sorted(found))
