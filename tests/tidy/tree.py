"""The files of the project as tidy sees them, read once and kept as text."""

import re
import subprocess
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

CXX = (".cpp", ".h", ".c")
SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".cache", ".pytest_cache", "weir-data"}

# Comments and literals, and the words and numbers that could be mistaken for their beginnings
# (the quote in 1'000 opens nothing).
_TOKEN = re.compile(
    r"""(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)
      | (?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<number>\.?\d(?:'?[\w.])*)
      | (?P<char>'(?:\\.|[^'\\\n])+')
      | (?P<word>[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


class Finding(NamedTuple):
    """Something to put right, and how."""

    path: str
    line: int
    rule: str
    remedy: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.remedy}"


class Include(NamedTuple):
    line: int
    name: str
    angled: bool


def _blank(match):
    if match.lastgroup in ("number", "word"):
        return match.group()
    return re.sub(r"[^\n]", " ", match.group())


class Source:
    """One file: its path from the root of the project, and its text."""

    def __init__(self, path, text):
        self.path = path
        self.text = text

    @property
    def is_cxx(self):
        return self.path.endswith(CXX)

    @property
    def is_test(self):
        return self.path.endswith("_test.cpp") or self.path.startswith(("tests/", "bench/"))

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code(self):
        """C++ with comments and literals blanked out; every octet keeps its place."""
        return _TOKEN.sub(_blank, self.text)

    @cached_property
    def includes(self):
        return [
            Include(self.line_at(found.start(1)), found.group(2), found.group(1) == "<")
            for found in _INCLUDE.finditer(self.text)
            if self.code[found.start() : found.start(1)].strip()
        ]

    def line_at(self, offset):
        return self.text.count("\n", 0, offset) + 1


class Tree:
    """All files. `root` is None for the trees that tests make from a table of texts."""

    def __init__(self, texts, root=None):
        self.root = root
        self.sources = {path: Source(path, text) for path, text in sorted(texts.items())}

    def __contains__(self, path):
        return path in self.sources

    def text(self, path):
        return self.sources[path].text if path in self.sources else ""

    def cxx(self, *folders):
        return [s for s in self.sources.values() if s.is_cxx and s.path.startswith(folders)]


def _paths(root):
    """What git knows or would add; all files where there is no git (a source package)."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"],
            capture_output=True, check=True, text=True,
        ).stdout.split("\0")
        return [name for name in listed if name and (root / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [
            str(path.relative_to(root))
            for path in root.rglob("*")
            if path.is_file() and not SKIPPED_FOLDERS & set(path.relative_to(root).parts)
        ]


def read_tree(root):
    """The tree below `root`; files that are not text are known by name, with no text."""
    texts = {}
    for name in _paths(Path(root)):
        try:
            texts[name] = (Path(root) / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            texts[name] = ""
    return Tree(texts, Path(root))
