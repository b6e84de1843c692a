"""Adds a line to a kernel log when a child of this process follows it."""

import asyncio
import os
import pathlib


def is_open(path):
    for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == path and link.parts[2] != str(os.getpid()):
                return True
        except OSError:
            continue
    return False


async def append_when_open(path):
    while not is_open(path):
        await asyncio.sleep(0.05)
    # The agent's child has it open for a moment, too; only who follows it has it open all the time.
    await asyncio.sleep(1)
    with open(path, "a", encoding="utf8") as log:
        log.write("[99.0] NVRM: Xid (PCI:0000:61:00): 31, pid=1, name=test\n")
