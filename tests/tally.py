"""Adds up CTest's JUnit files to the closing line of scripts/test.

A CTest that runs cmocka or pytest counts as the cases it reports, another as one. A program that ended badly without a failed
case of its own, a test that was not run and a skipped case count as failed."""

import argparse
import re
import sys
import xml.etree.ElementTree

CMOCKA = re.compile(r"^\[  (PASSED|FAILED|SKIPPED)  \] (\d+) test", re.MULTILINE)
PYTEST = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s", re.MULTILINE)
PYTEST_PASSED = ("passed", "warning", "warnings")


def count(case):
    """(passed, failed) of one CTest."""
    output = case.findtext("system-out") or ""
    passed = failed = 0
    for kind, number in CMOCKA.findall(output):
        if kind == "PASSED":
            passed += int(number)
        else:
            failed += int(number)
    for summary in PYTEST.findall(output)[-1:]:
        for number, kind in re.findall(r"(\d+) ([a-z]+)", summary):
            if kind == "passed":
                passed += int(number)
            elif kind not in PYTEST_PASSED:
                failed += int(number)
    if case.get("status") != "run":
        failed = max(failed, 1)
    elif passed + failed == 0:
        passed = 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passed", type=int, default=0)
    parser.add_argument("--failed", type=int, default=0)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    passed, failed = arguments.passed, arguments.failed
    for path in arguments.files:
        for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
            ok, bad = count(case)
            passed, failed = passed + ok, failed + bad
            if bad:
                print(f"failed: {case.get('name')}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
