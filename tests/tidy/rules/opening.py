"""Every source file opens with a sentence that says what it is."""

import re

from tree import Finding

_SENTENCE = re.compile(r'^["`\'<(]?\w.*[.:!](\s|$)')
_LEAST_WORDS = 3
_SOURCES = (".cpp", ".h", ".c", ".py", ".cmake", ".sh")
_BY_NAME = ("CMakeLists.txt", "Makefile", "rooms.txt", "untested.txt")


def is_source(path):
    name = path.rsplit("/", 1)[-1]
    return (
        name.endswith(_SOURCES)
        or name in _BY_NAME
        or path.startswith(".ci/")
        or (path.startswith("scripts/") and "." not in name)
    )


def opening_text(lines):
    """The comment (or docstring) at the very top, as one line."""
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    if lines and lines[0].startswith('"""'):
        whole = "\n".join(lines)[3:].split('"""')[0]
        return " ".join(whole.split("\n\n")[0].split())
    words = []
    for line in lines:
        if not line.startswith(("//", "#")) or line.startswith(("#include", "#pragma")):
            break
        words.append(line.lstrip("/#").strip())
    return " ".join(words).strip()


def check(tree):
    for source in tree.sources.values():
        if not is_source(source.path):
            continue
        text = opening_text(source.lines)
        if not _SENTENCE.match(text) or len(text.split()) < _LEAST_WORDS:
            yield Finding(source.path, 1, "opening",
                          "begin with a comment: a sentence on what this file is, with a full stop")
