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
    Word(r"\bstd::j?thread\b",
         ("src/io/", "src/flow/", "src/universe/", "src/producer/", "src/app/"), True,
         "a thread has a place in ARCHITECTURE.md; use io::Loop or a lane"),
    Word(r"\bstd::(\w+_)?mutex\b",
         ("src/base/", "src/metrics/", "src/flow/", "src/universe/", "src/producer/"), True,
         "threads meet in queues and Loop::post; use base/queue.h"),
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
    Word(r"(?:\A|[;{}])(?![^;{}]*_ptr<[^;{}]*\bnew\b)[^;{}]*\b(?P<word>new)\s+[A-Za-z_:]",
         (), False, "use std::make_unique, a container, or give it to a std::unique_ptr at once"),
)
# Single files that hold a word for a reason of their own. A line that nothing needs is a finding.
EXCEPTIONS = {
    "bench/emit_load.h": ("sleep_until",),  # the pace of the calls that are measured
    "src/edge/plane.h": ("std::thread",),  # starts the shards, one thread each
    "src/edge/plane.cpp": ("std::thread", "std::mutex"),  # joins them, waits until they are idle
    "src/edge/cache/partition.h": ("std::mutex",),  # the cache is shared by all shards
    "src/io/http_server_test.cpp": ("throw",),  # what a handler must not do, and may
    "src/io/tls/context.h": ("std::mutex",),  # sessions to resume are shared by all shards
}


def _found(source):
    """(line, word, remedy) of every word that may not stand in this file."""
    for word in WORDS:
        if source.path.startswith(word.places or ("\0",)) or (source.is_test and word.in_tests):
            continue
        for found in re.finditer(word.pattern, source.code):
            name = "word" if "word" in found.groupdict() else 0
            yield source.line_at(found.start(name)), found.group(name).strip(), word.remedy


def check(tree):
    for source in tree.cxx("src/", "tests/", "bench/", "include/"):
        excused = EXCEPTIONS.get(source.path, ())
        found = list(_found(source))
        for line, word, remedy in found:
            if word not in excused:
                yield Finding(source.path, line, "word", f"{word!r}: {remedy}")
        for word in set(excused) - {word for _, word, _ in found}:
            yield Finding(source.path, 1, "word",
                          f"{word!r} is not here any more; take it out of EXCEPTIONS in words.py")
