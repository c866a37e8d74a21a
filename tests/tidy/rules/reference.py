"""docs/reference is what the program prints, word for word. Judged only where it is built."""

import subprocess

from tree import Finding

PROGRAMS = ("build/release/weir", "build/dev/weir", "build/asan/weir", "build/clang/weir")
# Page -> the command that prints it.
PAGES = {"docs/reference/config.md": ("config", "reference")}


def newest_program(root):
    built = [root / name for name in PROGRAMS if (root / name).is_file()]
    return max(built, key=lambda path: path.stat().st_mtime, default=None)


def check(tree):
    program = newest_program(tree.root) if tree.root else None
    if program is None:
        return
    for page, command in PAGES.items():
        remedy = f"write it anew: {program.relative_to(tree.root)} {' '.join(command)} > {page}"
        try:
            printed = subprocess.run([program, *command], capture_output=True, text=True,
                                     timeout=20, check=True).stdout
        except (OSError, subprocess.SubprocessError) as failure:
            yield Finding(page, 1, "reference", f"the program does not print it: {failure}")
            continue
        want, have = printed.splitlines(), tree.text(page).splitlines()
        if want != have:
            same = sum(1 for _ in iter_same(want, have))
            yield Finding(page, same + 1, "reference", remedy)


def iter_same(want, have):
    """The lines both begin with."""
    for left, right in zip(want, have):
        if left != right:
            return
        yield left
