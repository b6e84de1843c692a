"""Checks what swift-format cannot: see "House rules" in CONTRIBUTING.md."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONG_FILE = 300
DOCUMENTED_SHARE = 0.9

FORBIDDEN = [
    (r"^\s*((public|package|internal|private|@preconcurrency) )*import Foundation\b", "full Foundation adds 40 MB"),
    (r"\btry!", "an error would crash the agent; handle it"),
    (r"\bas!", "a wrong type would crash the agent; use `as?`"),
    (r"\b(TODO|FIXME|XXX)\b", "open work belongs into an issue"),
]
UNPROVEN = re.compile(r"@unchecked Sendable|nonisolated\(unsafe\)")
DECLARATION = re.compile(
    r"^\s*(@\w+(\([^)]*\))?\s+)*(public|package)\s+"
    r"((static|final|mutating|nonmutating|indirect|nonisolated|borrowing|consuming|override|isolated|class)\s+)*"
    r"(func|var|let|struct|class|enum|protocol|actor|typealias|subscript|macro|init)\b"
)
# What these are is said by the protocol or by the type's own comment.
SELF_EXPLANATORY = re.compile(
    r"\binit\b|static func (==|<)|func hash\(into|var (description|debugDescription|rawValue|id|hashValue)\b|"
    r"func (encode|code)\(|(let|var) rawValue\b"
)


def swift_files(*folders):
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.swift"))]


def forbidden_words(path, lines):
    for number, line in enumerate(lines, 1):
        for pattern, reason in FORBIDDEN:
            if re.search(pattern, line):
                yield f"{path}:{number}: {line.strip()}: {reason}"


def unproven_promises(path, lines):
    """A promise that the compiler cannot check needs its reason beside it."""
    for number, line in enumerate(lines, 1):
        if UNPROVEN.search(line) and "//" not in line and "//" not in lines[number - 2]:
            yield f"{path}:{number}: {line.strip()}: say in a comment why this is safe"


def declarations(lines):
    """Yields the number of each line that declares something for other targets, and whether it is documented."""
    for index, line in enumerate(lines):
        if not DECLARATION.match(line) or SELF_EXPLANATORY.search(line):
            continue
        above = index - 1
        while above >= 0 and lines[above].strip().startswith(("@", "#if", "//  swift")):
            above -= 1
        yield index + 1, above >= 0 and lines[above].strip().startswith("///")


def main():
    errors, notes, documented, total = [], [], 0, 0
    for file in swift_files("Sources", "Tests"):
        path = file.relative_to(ROOT)
        lines = file.read_text(encoding="utf-8").splitlines()
        errors += unproven_promises(path, lines)
        if path.parts[0] == "Sources":
            errors += forbidden_words(path, lines)
            found = list(declarations(lines))
            total += len(found)
            documented += sum(is_documented for _, is_documented in found)
            if "--undocumented" in sys.argv:
                notes += [f"{path}:{number}: not documented" for number, is_documented in found if not is_documented]
        if len(lines) > LONG_FILE:
            notes.append(f"{path}: {len(lines)} lines; more than {LONG_FILE} are too many for one room")
    share = documented / total if total else 1
    if share < DOCUMENTED_SHARE:
        errors.append(f"{share:.0%} of {total} public and package declarations are documented, {DOCUMENTED_SHARE:.0%} needed")
    for note in notes:
        print(f"note: {note}")
    for error in errors:
        print(f"error: {error}")
    print(f"house rules: {len(errors)} errors, {len(notes)} notes, {share:.0%} of {total} declarations documented")
    return 1 if errors else 0


sys.exit(main())
