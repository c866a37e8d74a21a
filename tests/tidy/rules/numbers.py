"""What is left to do has a number somewhere, so that it is found and finished."""

import re

from tree import Finding

from .opening import is_source

_LATER = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b(?!\(#?\d+\))")


def check(tree):
    for source in tree.sources.values():
        if not is_source(source.path):
            continue
        for found in _LATER.finditer(source.text):
            yield Finding(source.path, source.line_at(found.start()), "number",
                          f"do it now, or write {found.group()}(#number)")
