"""Cancels a call through the client of the package `mcp`, version 2.

Arguments: the mode (`auto`, `legacy` or a revision), then a URL or the server's command line. Prints what came of it and
of a call after it as JSON, then keeps the session until its standard input ends.
"""

import asyncio
import json
import sys

from mcp import StdioServerParameters
from mcp.client import Client


async def cancel_call(client):
    """Who gives up a call of this client has it tell the server."""
    started = asyncio.Event()

    async def tell(*_):
        started.set()

    call = asyncio.create_task(client.call_tool(
        "get_gpu_telemetry", {"duration_ms": 60_000, "interval_ms": 100}, progress_callback=tell))
    await started.wait()
    call.cancel()
    await asyncio.wait([call])
    return call.cancelled()


async def run(mode, target):
    server = target[0] if target[0].startswith("http") else StdioServerParameters(command=target[0], args=target[1:])
    async with Client(server, mode=mode) as client:
        said = {"cancelled": await cancel_call(client)}
        said["after"] = (await client.call_tool("echo_test", {"message": "usable"})).structured_content["echo"]
        print(json.dumps(said), flush=True)
        await asyncio.to_thread(sys.stdin.read)


asyncio.run(asyncio.wait_for(run(sys.argv[1], sys.argv[2:]), 60))
