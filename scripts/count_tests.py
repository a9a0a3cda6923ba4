#!/usr/bin/env python3
"""Prints "N passed, N failed, N skipped" for a JUnit report of ctest.

Exit code 1 when the report cannot be read or no test has run.
"""

import sys
import xml.etree.ElementTree as ElementTree


def skipped_by_itself(case):
    # ctest also writes <skipped> for what it could not start: that is a failure.
    skipped = case.find("skipped")
    return case.get("status") == "disabled" or (
        skipped is not None and skipped.get("message", "").startswith("SKIP_"))


def count(report):
    passed = failed = skipped = 0
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.get("status") == "run":
            passed += 1
        elif skipped_by_itself(case):
            skipped += 1
        else:
            failed += 1
    return passed, failed, skipped


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        passed, failed, skipped = count(arguments[0])
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test report: {error}", file=sys.stderr)
        return 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed + failed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
