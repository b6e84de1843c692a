"""Cancels a call through the client of the package `mcp`, version 1. Arguments: a URL or the server's command line.

Prints what came of it and of a call after it as JSON, then keeps the session until its standard input ends.
"""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client


async def cancel_call(session):
    """The client sends no notification of its own accord: who cancels says so to the server."""
    started = asyncio.Event()

    async def tell(*_):
        started.set()

    identifier = session._request_id
    call = asyncio.create_task(
        session.call_tool("get_gpu_telemetry", {"duration_ms": 60_000, "interval_ms": 100}, progress_callback=tell))
    await started.wait()
    cancelled = types.CancelledNotification(
        method="notifications/cancelled", params=types.CancelledNotificationParams(requestId=identifier))
    await session.send_notification(types.ClientNotification(cancelled))
    call.cancel()
    await asyncio.wait([call])
    return call.cancelled()


async def run(read, write):
    async with ClientSession(read, write) as session:
        await session.initialize()
        said = {"cancelled": await cancel_call(session)}
        said["after"] = (await session.call_tool("echo_test", {"message": "usable"})).structuredContent["echo"]
        print(json.dumps(said), flush=True)
        await asyncio.to_thread(sys.stdin.read)


async def connect(target):
    if target[0].startswith("http"):
        async with streamablehttp_client(target[0]) as (read, write, _):
            return await run(read, write)
    async with stdio_client(StdioServerParameters(command=target[0], args=target[1:])) as (read, write):
        return await run(read, write)


asyncio.run(asyncio.wait_for(connect(sys.argv[1:]), 60))
