"""Checks what swift-format cannot: see "House rules" in CONTRIBUTING.md."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONG_FILE = 300
LONG_FUNCTION = 60
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
    r"(func|struct|class|enum|protocol|actor|subscript|macro)\b"
)
# A function, an initialiser or a computed property, by what stands before its first brace.
FUNCTION = re.compile(
    r"^(\s*)(?:(?:@\w+(?:\([^)]*\))?|\w+(?:\(\w+\))?)\s+)*?"
    r"(?:func\b|init\b[?(<]|deinit\b|subscript\b|var \w+(?:: [^={]+)? \{$)")
# What these are is said by a protocol, or by NVIDIA's documentation of NVML.
SELF_EXPLANATORY = re.compile(r"static func (==|<)|func hash\(into|func (encode|code)\(|func nvml[A-Z]")


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


def functions(lines):
    """Yields number and length of each function; its end is the brace that is as far in as its beginning (`make format`)."""
    for index, line in enumerate(lines):
        declared = FUNCTION.match(line)
        if not declared or line.endswith("}"):
            continue
        indentation = declared.group(1)
        for end, below in enumerate(lines[index + 1:], index + 1):
            if below.startswith(indentation + "}"):
                yield index + 1, end - index + 1
            # A line that is no further in and does not continue the head: a requirement of a protocol, without a body.
            if re.match(rf"\s{{0,{len(indentation)}}}(?!where\b)[^\s){{#]", below):
                break


def long_functions(path, lines):
    for number, length in functions(lines):
        if length > LONG_FUNCTION:
            yield f"{path}:{number}: a function of {length} lines; more than {LONG_FUNCTION} say too much at once"


def declarations(lines):
    """Yields number and name of each line that declares a type or a function for other targets, and if it is documented.

    A property is left to its name and to the comment of its type; whoever reviews it sees whether that is enough.
    """
    for index, line in enumerate(lines):
        declared = DECLARATION.match(line)
        if not declared or SELF_EXPLANATORY.search(line):
            continue
        above = index - 1
        while above >= 0 and lines[above].strip().startswith(("@", "#if")):
            above -= 1
        name = re.match(r"\s*`?(\w*)", line[declared.end():]).group(1)
        yield index + 1, name, above >= 0 and lines[above].strip().startswith("///")


def undocumented(files):
    """The places that lack a comment, and the number of all declarations.

    One comment serves all overloads of a name and all implementations of a requirement in a target.
    """
    found, documented = [], set()
    for path, lines in files:
        for number, name, has_comment in declarations(lines):
            found.append((path, number, name))
            if has_comment:
                documented.add((path.parts[1], name))
    return [place for place in found if (place[0].parts[1], place[2]) not in documented], len(found)


def main():
    errors, notes = [], []
    files = [
        (file.relative_to(ROOT), file.read_text(encoding="utf-8").splitlines()) for file in swift_files("Sources", "Tests")]
    for path, lines in files:
        errors += unproven_promises(path, lines)
        errors += long_functions(path, lines)
        if path.parts[0] == "Sources":
            errors += forbidden_words(path, lines)
        if len(lines) > LONG_FILE:
            notes.append(f"{path}: {len(lines)} lines; more than {LONG_FILE} are too many for one room")
    missing, total = undocumented([(path, lines) for path, lines in files if path.parts[0] == "Sources"])
    if "--undocumented" in sys.argv:
        notes += [f"{path}:{number}: {name} is not documented" for path, number, name in missing]
    share = 1 - len(missing) / total if total else 1
    if share < DOCUMENTED_SHARE:
        errors.append(f"{share:.1%} of {total} public and package types and functions are documented; --undocumented lists them")
    for note in notes:
        print(f"note: {note}")
    for error in errors:
        print(f"error: {error}")
    print(f"house rules: {len(errors)} errors, {len(notes)} notes, {share:.1%} of {total} types and functions documented")
    return 1 if errors else 0


sys.exit(main())
