"""Resources, prompts' arguments and subscriptions through the client of the package `mcp`, version 2.

Arguments: the mode (`auto` or `legacy`), the kernel log's file, the server's command line. A line is added to the log as soon
as the agent has it open. Prints what the client heard.
"""

import asyncio
import json
import sys

import mcp_types as types
from mcp import StdioServerParameters
from mcp.client import Client

from watched import append_when_open

LOG = "gpu://log/xid"


async def heard_by_listening(client, log):
    async with client.listen(resource_subscriptions=[LOG]) as subscription:
        await append_when_open(log)
        async for event in subscription:
            return type(event).__name__


async def heard_by_subscribing(client, log, inbox):
    await client.subscribe_resource(LOG)
    await append_when_open(log)
    heard = await inbox.get()
    await client.unsubscribe_resource(LOG)
    return heard


async def complete(client, reference, name, value):
    return (await client.complete(reference, {"name": name, "value": value})).completion.values


async def run(mode, log, command):
    inbox = asyncio.Queue()

    async def hear(message):
        if isinstance(message, types.ResourceUpdatedNotification):
            await inbox.put(str(message.params.uri))

    server = StdioServerParameters(command=command[0], args=command[1:])
    async with Client(server, mode=mode, message_handler=hear) as client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        gpus = types.ResourceTemplateReference(type="ref/resource", uri="gpu://gpus/{uuid}")
        prompt = types.PromptReference(type="ref/prompt", name="gpu-triage")
        uuids = await complete(client, gpus, "uuid", "")
        return {
            "protocol": client.protocol_version,
            "resources": {item.uri: (await client.read_resource(item.uri)).contents[0].mime_type for item in resources},
            "templates": [item.uri_template for item in templates],
            "uuids": uuids,
            "gpu": json.loads((await client.read_resource(f"gpu://gpus/{uuids[0]}")).contents[0].text),
            "pods": await complete(client, prompt, "pod", ""),
            "heard": await (heard_by_subscribing(client, log, inbox) if mode == "legacy" else heard_by_listening(client, log)),
        }


print(json.dumps(asyncio.run(asyncio.wait_for(run(sys.argv[1], sys.argv[2], sys.argv[3:]), 60))))
