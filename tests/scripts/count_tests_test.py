#!/usr/bin/env python3
"""scripts/count_tests.py on a report as ctest 3.25 writes it."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(os.environ["SMEV_SOURCE_DIR"]) / "scripts/count_tests.py"

PASSED = '<testcase name="a" status="run"></testcase>'
FAILED = '<testcase name="b" status="fail"><failure message=""/></testcase>'
SKIPPED = '<testcase name="c" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>'
SKIPPED_BY_TEXT = ('<testcase name="d" status="notrun">'
                   '<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>')
DISABLED = '<testcase name="e" status="disabled"></testcase>'
NOT_BUILT = '<testcase name="f" status="notrun"><skipped message="Unable to find executable"/></testcase>'
NO_FIXTURE = '<testcase name="g" status="notrun"><skipped message="Fixture dependency failed"/></testcase>'


class CountTests(unittest.TestCase):
    def count(self, *cases):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as report:
            report.write(f'<testsuite name="x">{"".join(cases)}</testsuite>')
            report.flush()
            return self.run_script(report.name)

    @staticmethod
    def run_script(*arguments):
        run = subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True)
        return run.stdout.strip(), run.returncode

    def test_counts_each_kind(self):
        self.assertEqual(self.count(PASSED, PASSED, FAILED, SKIPPED, SKIPPED_BY_TEXT, DISABLED),
                         ("2 passed, 1 failed, 3 skipped", 0))

    def test_what_could_not_be_started_has_failed(self):
        self.assertEqual(self.count(PASSED, NOT_BUILT, NO_FIXTURE), ("1 passed, 2 failed, 0 skipped", 0))

    def test_a_run_of_nothing_is_no_success(self):
        self.assertEqual(self.count(), ("0 passed, 0 failed, 0 skipped", 1))
        self.assertEqual(self.count(SKIPPED), ("0 passed, 0 failed, 1 skipped", 1))

    def test_missing_or_broken_report_is_no_success(self):
        self.assertEqual(self.run_script("/nonexistent/ctest.xml"), ("", 1))
        self.assertEqual(self.count("<broken"), ("", 1))


if __name__ == "__main__":
    unittest.main()
