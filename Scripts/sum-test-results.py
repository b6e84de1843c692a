"""Adds up JUnit files, names what failed, and prints one closing line."""

import sys
import xml.etree.ElementTree as ElementTree


def results(path):
    """Yields the name and the outcome of each test in a file."""
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            yield name, "failed"
        elif "skipped" in kinds:
            yield name, "skipped"
        else:
            yield name, "passed"


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for path in sys.argv[1:]:
        for name, outcome in results(path):
            counts[outcome] += 1
            if outcome == "failed":
                print(f"failed: {name}")
    print("total: {passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] or not counts["passed"] else 0


sys.exit(main())
