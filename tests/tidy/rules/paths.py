"""Every path that ARCHITECTURE.md, README.md and the other pages name exists.

Paths are the targets of links, and words in backticks that begin with a folder of the project (or,
in short, of src/) or end like a source file. They may hold `*`. Fenced blocks are pictures and
commands; they are not read.
"""

import fnmatch
import re

from tree import Finding

_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_TICKED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"\.?[\w*-][\w.*-]*(/[\w.*-]+)*/?$")
_SOURCE = re.compile(r"\.(cpp|h|c|py|md|txt|cmake|rpl)$")
_PRODUCED = ("build/",)


def _folders(tree):
    found = set()
    for path in tree.sources:
        parts = path.split("/")[:-1]
        found.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
    return found


def _exists(tree, folders, name):
    name = name.rstrip("/")
    if "*" in name:
        return any(fnmatch.fnmatch(path, name) for path in tree.sources)
    return name in tree or name in folders


def _named(page, text, tops):
    """(offset, candidates) of each path: one of the candidates has to exist."""
    for found in _LINK.finditer(text):
        target = found.group(1).split("#")[0]
        if target and "://" not in target and not target.startswith("mailto:"):
            base = page.rpartition("/")[0].split("/") if "/" in page else []
            for part in target.split("/"):
                if part == "..":
                    base = base[:-1]
                elif part not in (".", ""):
                    base = base + [part]
            yield found.start(1), ["/".join(base)]
    for found in _TICKED.finditer(text):
        name = found.group(1)
        if not _PATH.match(name) or "/" not in name or name.startswith(_PRODUCED):
            continue
        if name.split("/")[0] in tops or _SOURCE.search(name):
            yield found.start(1), [name, "src/" + name, "tests/" + name]


def check(tree):
    folders = _folders(tree)
    tops = {folder.split("/")[0] for folder in folders}
    tops |= {folder.split("/")[1] for folder in folders if folder.startswith("src/")}
    for source in tree.sources.values():
        if not source.path.endswith(".md"):
            continue
        text = _FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source.text)
        for offset, candidates in _named(source.path, text, tops):
            if not any(_exists(tree, folders, name) for name in candidates):
                yield Finding(source.path, source.line_at(offset), "path",
                              f"{candidates[0]} does not exist; name the file that took its place")
