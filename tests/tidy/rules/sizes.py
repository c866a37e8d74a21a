"""Limits of length: lines, functions, files, and files in a folder."""

import ast
import re
from collections import Counter

from tree import Finding

LINE_COLUMNS = 100
FUNCTION_LINES = 60
FILE_LINES = 500
FOLDER_FILES = 40
WRITTEN_BY_HAND = (".cpp", ".h", ".c", ".py", ".cmake", ".txt", ".sh")
# Data for tests is as long as the case needs; decisions and guides are prose.
FREE_FOLDERS = ("tests/fuzz/corpus/", "tests/data/", "docs/")

_CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$")
_CONTROL = re.compile(r"^\s*(if|for|while|switch|do|else|try|catch)\b")
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)


def cxx_functions(source):
    """(first line, last line) of every function body that stands in a namespace or a class.

    Braces are counted in code without comments, literals and directives. What opens a brace is
    told by the text between it and the end of the statement before it.
    """
    code = _DIRECTIVE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source.code)
    stack, head_from = [], 0
    for found in re.finditer(r"[{};]", code):
        at, mark = found.start(), found.group()
        if mark == "{":
            head = code[head_from:at]
            begin = head_from + len(head) - len(head.lstrip())
            outside = all(kind == "container" for kind, _ in stack)
            if outside and _CONTAINER.search(head):
                stack.append(("container", begin))
            elif outside and "(" in head and not _CONTROL.match(head):
                stack.append(("function", begin))
            else:
                stack.append(("block", begin))
        elif mark == "}" and stack:
            kind, begin = stack.pop()
            if kind == "function":
                yield source.line_at(begin), source.line_at(at)
        head_from = at + 1


def python_functions(source):
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def _functions(source):
    if source.is_cxx:
        return cxx_functions(source)
    return python_functions(source) if source.path.endswith(".py") else ()


def _by_hand(source):
    name = source.path.rsplit("/", 1)[-1]
    return not source.path.startswith(FREE_FOLDERS) and (
        name.endswith(WRITTEN_BY_HAND)
        or name == "Makefile"
        or source.path.startswith(("scripts/", ".ci/"))
    )


def check(tree):
    folders = Counter()
    for source in tree.sources.values():
        if not _by_hand(source):
            continue
        folders[source.path.rpartition("/")[0]] += 1
        if len(source.lines) > FILE_LINES:
            yield Finding(source.path, FILE_LINES + 1, "file-length",
                          f"{len(source.lines)} lines; split it in two below {FILE_LINES}")
        for number, line in enumerate(source.lines, 1):
            if len(line) > LINE_COLUMNS:
                yield Finding(source.path, number, "line-length",
                              f"{len(line)} columns; break it before {LINE_COLUMNS}")
        for first, last in _functions(source):
            if last - first + 1 > FUNCTION_LINES:
                yield Finding(source.path, first, "function-length",
                              f"{last - first + 1} lines; give its parts names of their own")
    for folder, count in folders.items():
        if count > FOLDER_FILES:
            yield Finding(folder, 1, "folder-size",
                          f"{count} files; a folder holds at most {FOLDER_FILES}")
