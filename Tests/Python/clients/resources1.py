"""Resources, prompts' arguments and subscriptions through the client of the package `mcp`, version 1.

Arguments: the mode (always `legacy`), the kernel log's file, the server's command line; see resources2.py.
"""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client

from watched import append_when_open

LOG = "gpu://log/xid"


async def complete(session, reference, name, value):
    return (await session.complete(reference, {"name": name, "value": value})).completion.values


async def run(log, command):
    inbox = asyncio.Queue()

    async def hear(message):
        if isinstance(message, types.ServerNotification) and isinstance(message.root, types.ResourceUpdatedNotification):
            await inbox.put(str(message.root.params.uri))

    server = StdioServerParameters(command=command[0], args=command[1:])
    async with stdio_client(server) as streams, ClientSession(*streams, message_handler=hear) as session:
        handshake = await session.initialize()
        resources = (await session.list_resources()).resources
        templates = (await session.list_resource_templates()).resourceTemplates
        gpus = types.ResourceTemplateReference(type="ref/resource", uri="gpu://gpus/{uuid}")
        uuids = await complete(session, gpus, "uuid", "")
        said = {
            "protocol": handshake.protocolVersion,
            "resources": {
                str(item.uri): (await session.read_resource(item.uri)).contents[0].mimeType for item in resources},
            "templates": [item.uriTemplate for item in templates],
            "uuids": uuids,
            "gpu": json.loads((await session.read_resource(f"gpu://gpus/{uuids[0]}")).contents[0].text),
            "pods": await complete(session, types.PromptReference(type="ref/prompt", name="gpu-triage"), "pod", ""),
        }
        await session.subscribe_resource(LOG)
        await append_when_open(log)
        said["heard"] = await inbox.get()
        await session.unsubscribe_resource(LOG)
        return said


print(json.dumps(asyncio.run(asyncio.wait_for(run(sys.argv[2], sys.argv[3:]), 60))))
