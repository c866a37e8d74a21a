#!/usr/bin/python3
"""The test of the house: prints `path:line: rule: remedy` for everything out of place.

    tests/tidy/tidy.py [ROOT] [--junit FILE]      exit 0: tidy, 1: something was found

Each rule is one module in rules/ with a NAME and a function check(tree) that yields findings.
"""

import argparse
import sys
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
from rules import ALL  # noqa: E402
from tree import read_tree  # noqa: E402


def run(tree):
    """Findings of every rule, by the rule's module name."""
    return {rule.__name__.rsplit(".", 1)[-1]: sorted(rule.check(tree)) for rule in ALL}


def write_junit(path, findings):
    """One test case a rule, for whoever counts results."""
    broken = sum(1 for found in findings.values() if found)
    suite = ElementTree.Element(
        "testsuite", name="tidy", tests=str(len(findings)), failures=str(broken), errors="0"
    )
    for rule, found in findings.items():
        case = ElementTree.SubElement(suite, "testcase", classname="tidy", name=rule)
        if found:
            failure = ElementTree.SubElement(case, "failure", message=f"{len(found)} findings")
            failure.text = "\n".join(map(str, found))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path)


def main():
    parser = argparse.ArgumentParser(description="Checks that the house is in order.")
    parser.add_argument("root", nargs="?", default=Path(__file__).resolve().parents[2])
    parser.add_argument("--junit", metavar="FILE", help="write the results here too")
    arguments = parser.parse_args()
    findings = run(read_tree(arguments.root))
    if arguments.junit:
        write_junit(arguments.junit, findings)
    flat = sorted(finding for found in findings.values() for finding in found)
    for finding in flat:
        print(finding)
    print(f"tidy: {len(findings)} rules, {len(flat)} findings")
    return 1 if flat else 0


if __name__ == "__main__":
    sys.exit(main())
