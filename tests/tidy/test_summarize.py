"""Tests of scripts/summarize: whatever went wrong counts, and counts once."""

import subprocess
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = Path(__file__).resolve().parents[2] / "scripts/summarize"
GOOD = '<testsuite><testcase name="a" status="run"/></testsuite>'
BAD = '<testsuite><testcase name="unit_io"><failure/></testcase></testsuite>'


class Summarize(unittest.TestCase):
    def last_line(self, files):
        with TemporaryDirectory() as name:
            for path, text in files.items():
                (Path(name) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(name) / path).write_text(text, encoding="utf-8")
            ran = subprocess.run([sys.executable, PROGRAM, name], capture_output=True, text=True,
                                 check=False)
            return ran.stdout.splitlines()[-1], ran.returncode

    def test_all_is_well(self):
        files = {"dev/gtest/weir_base_test.xml": GOOD, "dev/tidy.xml": GOOD, "dev/ctest.xml": GOOD}
        self.assertEqual(("2 passed, 0 failed", 0), self.last_line(files))

    def test_a_failed_case_counts_once(self):
        files = {"dev/gtest/weir_base_test.xml": GOOD, "dev/gtest/weir_io_test.xml": BAD,
                 "dev/ctest.xml": BAD}
        self.assertEqual(("1 passed, 1 failed", 1), self.last_line(files))

    def test_a_program_that_dies_counts(self):
        files = {"dev/gtest/weir_base_test.xml": GOOD, "dev/ctest.xml": BAD,
                 "dev/gtest/weir_edge_test.xml": BAD.replace("unit_io", "x")}
        self.assertEqual(("1 passed, 2 failed", 1), self.last_line(files))

    def test_presets_are_told_apart(self):
        files = {"dev/gtest/weir_io_test.xml": BAD, "dev/ctest.xml": BAD,
                 "asan/ctest.xml": BAD}
        self.assertEqual(("0 passed, 2 failed", 1), self.last_line(files))

    def test_unfinished_results_are_a_failure(self):
        self.assertEqual(("0 passed, 1 failed", 1), self.last_line({"dev/a.xml": "<testsuite"}))

    def test_no_results_are_no_success(self):
        self.assertEqual(("0 passed, 0 failed", 1), self.last_line({}))

    def test_skipped_cases_are_neither(self):
        skipped = GOOD.replace("/></", "><skipped/></testcase></")
        self.assertEqual(("0 passed, 0 failed", 1), self.last_line({"dev/a.xml": skipped}))


if __name__ == "__main__":
    unittest.main()
