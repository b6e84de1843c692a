"""Ends a GPU process through the client of the package `mcp`, version 2.

Arguments: how its user answers (accept, decline, cancel; none: the client cannot ask), the pid, the server's command line.
"""

import asyncio
import json
import sys

import mcp_types as types
from mcp import StdioServerParameters
from mcp.client import Client

asked = []


async def run(answer, pid, command):
    async def elicit(_, params):
        asked.append(params.message)
        return types.ElicitResult(action=answer, content={"confirm": True} if answer == "accept" else None)

    callback = {} if answer == "none" else {"elicitation_callback": elicit}
    server = StdioServerParameters(command=command[0], args=command[1:])
    async with Client(server, mode="auto", **callback) as client:
        result = await client.call_tool("kill_gpu_process", {"pid": pid})
        return {"answer": result.structured_content, "asked": asked}


print(json.dumps(asyncio.run(run(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))))
