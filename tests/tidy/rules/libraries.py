"""Each library is included by the one folder that wraps it, and in .cpp files only."""

import re

from tree import Finding

ANYWHERE = ("src/",)
TESTS = ()
# The beginning of a header's name, and the places that may include it; the first match counts.
# Tests (tests/, bench/) use what they like; unit tests use what their folder uses.
LIBRARIES = (
    ("boost/", ("src/io/",)),
    ("openssl/", ("src/io/",)),
    ("spdlog/", ("src/base/log.cpp",)),
    ("zstd.h", ("src/proto/zstd/",)),
    ("xxhash.h", ("src/base/hash.cpp",)),
    ("toml++/", ("src/config/",)),
    ("sqlite3.h", ("src/sqlite/",)),
    ("libpq-fe.h", ("src/flow/sinks/postgresql/",)),
    ("nats/", ("src/flow/sinks/nats/",)),
    ("librdkafka/", ("src/flow/sinks/kafka/",)),
    ("curl/", ("src/flow/sinks/kinesis/",)),
    ("CLI/", ("src/app/",)),
    ("simdjson.h", ("src/control/", "src/flow/", "src/names/")),
    ("re2/", ("src/names/",)),
    ("idn2.h", ("src/names/",)),
    ("bpf/", ("src/io/capture/",)),
    ("weir/", ("examples/",)),
    ("fmt/", ANYWHERE),
    ("gtest/", TESTS),
    ("gmock/", TESTS),
    ("rapidcheck", TESTS),
    ("ldns/", TESTS),
    ("fstrm.h", TESTS),
)
# What the language and the system bring: <vector>, <sys/stat.h>, <cerrno>.
SYSTEM = re.compile(
    r"[a-z_]+$|(sys|net|netinet|arpa|linux|asm|bits)/|"
    r"(dlfcn|errno|fcntl|grp|ifaddrs|malloc|netdb|poll|pthread|pwd|sched|signal|stdbool|stddef|"
    r"stdint|stdio|stdlib|strings?|syslog|termios|time|unistd)\.h$"
)


def _wrong(source, name):
    if SYSTEM.match(name):
        return None
    for prefix, places in LIBRARIES:
        if not name.startswith(prefix):
            continue
        if source.path.startswith(("tests/", "bench/")):
            return None
        if source.path.endswith(".h"):
            return f"<{name}> belongs into a .cpp; a header hides the library"
        if places == TESTS:
            return None if source.is_test else f"<{name}> is for tests only"
        if not source.path.startswith(places):
            return f"<{name}> stays in {' and '.join(places)}; use what that folder offers"
        return None
    return f"<{name}> is of no known library; enter its folder in tests/tidy/rules/libraries.py"


def check(tree):
    for source in tree.cxx("src/", "include/", "examples/", "tests/", "bench/"):
        for include in source.includes:
            if include.angled and (wrong := _wrong(source, include.name)):
                yield Finding(source.path, include.line, "library", wrong)
