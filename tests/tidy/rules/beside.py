"""Each .cpp in src has its test beside it, or stands in tests/tidy/untested.txt with a reason."""

from tree import Finding

LIST = "tests/tidy/untested.txt"


def _listed(tree):
    for number, line in enumerate(tree.text(LIST).splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            path, _, reason = line.partition(":")
            yield number, path.strip(), reason.strip()


def _test_of(path):
    return path.removesuffix(".cpp") + "_test.cpp"


def check(tree):
    excused = set()
    for number, path, reason in _listed(tree):
        excused.add(path)
        if not reason:
            yield Finding(LIST, number, "untested", f"say after a colon why {path} has no test")
        if path not in tree:
            yield Finding(LIST, number, "untested", f"{path} is gone; take the line out")
        elif _test_of(path) in tree:
            yield Finding(LIST, number, "untested", f"{path} has a test now; take the line out")
    for source in tree.cxx("src/"):
        path = source.path
        if not path.endswith(".cpp") or path in excused:
            continue
        if path.endswith("_test.cpp"):
            stem = path.removesuffix("_test.cpp")
            if stem + ".cpp" not in tree and stem + ".h" not in tree:
                yield Finding(path, 1, "test-beside", f"it tests no {stem}.cpp or .h; rename it")
        elif _test_of(path) not in tree:
            yield Finding(path, 1, "test-beside", f"write {_test_of(path)}, or a reason in {LIST}")
