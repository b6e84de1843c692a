"""Each tool that has a file is in the list of all tools, and what is listed is what clients see."""

import re

from support import ROOT, simulated

SOURCES = ROOT / "Sources" / "Tools"


def tool_types():
    """The types of the sources that make a tool."""
    found = set()
    for file in SOURCES.rglob("*.swift"):
        text = file.read_text(encoding="utf-8")
        if re.search(r"\bstatic func tool\(", text):
            found |= set(re.findall(r"^package enum (\w+) \{", text, re.M)[:1] or [file.name])
    return found


def test_each_tool_file_is_in_the_list():
    listed = re.findall(r"\b(\w+)\.tool\(", (SOURCES / "AllTools.swift").read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed))
    assert set(listed) == tool_types()


def test_clients_see_each_of_them():
    with simulated("t4x1", "--mode", "operator") as session:
        names = [tool["name"] for tool in session.request("tools/list")["result"]["tools"]]
    assert len(names) == len(set(names)) == len(tool_types())
