"""Words that have one room, or none: each is a decision that is easy to undo by accident."""

import re
from typing import NamedTuple

from tree import Finding


class Word(NamedTuple):
    pattern: str
    places: tuple  # where it may stand
    in_tests: bool  # whether unit tests, tests/ and bench/ may use it too
    remedy: str


WORDS = (
    Word(r"(?<![\w.>])socket\s*\(", ("src/io/",), True, "the kernel is called in io; use io/"),
    Word(r"\bstd::j?thread\b", ("src/io/", "src/flow/", "src/app/"), True,
         "a thread has a place in ARCHITECTURE.md; use io::Loop or a lane"),
    Word(r"\bstd::(\w+_)?mutex\b", ("src/base/", "src/metrics/"), True,
         "threads meet in queues, Snapshot and Loop::post; use base/queue.h or base/snapshot.h"),
    Word(r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bclock_gettime\b|"
         r"\bgettimeofday\b", ("src/base/clock.cpp",), True,
         "take a Clock, so that time can stand still in tests"),
    Word(r"\bthrow\b", (), False, "return a Result; we do not throw"),
    Word(r"\bco_(await|return|yield)\b", (), False, "write a state machine; no coroutines"),
    Word(r"\bv?s?n?f?printf\s*\(", ("src/base/check.cpp",), True, "use fmt, or base/log.h"),
    Word(r"\bsleep_(for|until)\b|\b(u|nano)?sleep\s*\(", (), False,
         "wait for the event itself, with a deadline"),
    Word(r"\bstd::(basic_)?regex", (), False, "parse by hand; std::regex is slow and recursive"),
    Word(r"\busing\s+namespace\s+std\s*;", (), False, "name what you use"),
    Word(r"(?<!operator )\bnew\s+[A-Za-z_:]", (), False, "use std::make_unique or a container"),
)
# Single files that hold a word for a reason of their own.
EXCEPTIONS = {}


def check(tree):
    for source in tree.cxx("src/", "tests/", "bench/", "include/"):
        for word in WORDS:
            if source.path.startswith(word.places or ("\0",)) or (source.is_test and word.in_tests):
                continue
            for found in re.finditer(word.pattern, source.code):
                if found.group() in EXCEPTIONS.get(source.path, ()):
                    continue
                yield Finding(source.path, source.line_at(found.start()), "word",
                              f"{found.group().strip()!r}: {word.remedy}")
