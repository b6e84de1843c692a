"""Runs calls through the client of the package `mcp`, version 2. Arguments: the server's command line.

Reads a list of [tool, arguments] from standard input and prints what the client made of the answers.
"""

import asyncio
import json
import sys

from mcp import StdioServerParameters
from mcp.client import Client


async def run(command, calls):
    server = StdioServerParameters(command=command[0], args=command[1:])
    async with Client(server, mode="auto") as client:
        tools = (await client.list_tools()).tools
        answers = [await client.call_tool(name, arguments) for name, arguments in calls]
        return {
            "protocol": client.protocol_version,
            "server": client.server_info.name,
            "tools": [dump(tool) for tool in tools],
            "answers": [dump(answer) for answer in answers],
        }


def dump(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


print(json.dumps(asyncio.run(run(sys.argv[1:], json.load(sys.stdin)))))
