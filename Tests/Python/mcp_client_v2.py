"""Uses everything of the fixture through the client of the package `mcp`, version 2.

Arguments: the mode (`auto`, `legacy` or a revision), then a URL or the server's command line. Prints what came of it as JSON.
"""

import asyncio
import json
import sys

import mcp_types as types
from mcp import StdioServerParameters
from mcp.client import Client

CHANGES = {
    "notifications/resources/updated", "notifications/tools/list_changed", "notifications/prompts/list_changed"}


async def elicit(_, params):
    return types.ElicitResult(action="accept", content={
        name: field.get("default") or {"boolean": True, "array": []}.get(field.get("type"), "Ann")
        for name, field in params.requested_schema["properties"].items()})


async def sample(_, params):
    text = types.TextContent(type="text", text="Paris")
    return types.CreateMessageResult(role="assistant", content=text, model="none")


async def roots(_):
    return types.ListRootsResult(roots=[types.Root(uri="file:///work", name="work")])


async def call_all(client):
    answers = {}
    for tool in (await client.list_tools()).tools:
        progress = []

        async def tell(value, total, message, progress=progress):
            progress.append(value)

        arguments = {"test_sampling": {"prompt": "?"}, "test_elicitation": {"message": "?"}}.get(tool.name, {})
        if tool.name == "test_elicitation_sep1330_enums":
            continue
        result = await client.call_tool(tool.name, arguments, progress_callback=tell)
        answers[tool.name] = [getattr(block, "text", block.type) for block in result.content] + progress
    return answers


async def listen(client):
    heard = []
    watched = "test://watched-resource"
    async with client.listen(tools_list_changed=True, resource_subscriptions=[watched]) as subscription:
        await client.call_tool("test_trigger_prompt_change", {})
        await client.call_tool("test_trigger_tool_change", {})
        await client.call_tool("test_trigger_resource_update", {})
        async for event in subscription:
            heard.append(type(event).__name__)
            if {"ToolsListChanged", "ResourceUpdated"} <= set(heard):
                return sorted(set(heard))


async def subscribe(client, heard):
    """As clients of a session hear: of lists always, of a resource where they have subscribed to it."""
    watched = "test://watched-resource"
    await client.subscribe_resource(watched)
    heard.clear()
    await client.call_tool("test_trigger_prompt_change", {})
    await client.call_tool("test_trigger_tool_change", {})
    await client.call_tool("test_trigger_resource_update", {})
    while not CHANGES <= set(heard):
        await asyncio.sleep(0.01)
    await client.unsubscribe_resource(watched)
    return sorted(set(heard) & CHANGES)


async def run(mode, target):
    logs, heard = [], []

    async def log(params):
        logs.append(params.data)

    async def hear(message):
        heard.append(getattr(message, "method", None))

    server = target[0] if target[0].startswith("http") else StdioServerParameters(command=target[0], args=target[1:])
    async with Client(
            server, mode=mode, elicitation_callback=elicit, sampling_callback=sample, list_roots_callback=roots,
            logging_callback=log, message_handler=hear, log_level=None if mode == "legacy" else "info") as client:
        said = {"protocol": client.protocol_version, "tools": await call_all(client), "logs": logs}
        resources = (await client.list_resources()).resources
        said["resources"] = {
            resource.uri: (await client.read_resource(resource.uri)).contents[0].mime_type for resource in resources}
        said["template"] = (await client.read_resource("test://template/7/data")).contents[0].text
        try:
            await client.read_resource("test://none")
        except Exception as error:
            said["missing"] = str(error)
        said["prompts"] = {}
        for prompt in (await client.list_prompts()).prompts:
            arguments = {argument.name: "test://x" for argument in prompt.arguments or []}
            messages = (await client.get_prompt(prompt.name, arguments)).messages
            said["prompts"][prompt.name] = [message.content.type for message in messages]
        reference = types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments")
        said["completion"] = (await client.complete(reference, {"name": "arg1", "value": "par"})).completion.values
        if mode == "legacy":
            said["heard"] = await subscribe(client, heard)
            await client.send_ping()
        else:
            said["heard"] = await listen(client)
        return said


print(json.dumps(asyncio.run(asyncio.wait_for(run(sys.argv[1], sys.argv[2:]), 60))))
