"""Uses everything of the fixture through the client of the package `mcp`, version 1.

Arguments: a URL or the server's command line. Prints what came of it as JSON.
"""

import asyncio
import datetime
import json
import sys

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client

CHANGES = {
    "notifications/resources/updated", "notifications/tools/list_changed", "notifications/prompts/list_changed"}


async def elicit(_, params):
    return types.ElicitResult(action="accept", content={
        name: field.get("default") or {"boolean": True, "array": []}.get(field.get("type"), "Ann")
        for name, field in params.requestedSchema["properties"].items()})


async def sample(_, params):
    text = types.TextContent(type="text", text="Paris")
    return types.CreateMessageResult(role="assistant", content=text, model="none")


async def roots(_):
    return types.ListRootsResult(roots=[types.Root(uri="file:///work", name="work")])


async def call_all(session):
    answers = {}
    for tool in (await session.list_tools()).tools:
        progress = []

        async def tell(value, total, message, progress=progress):
            progress.append(value)

        arguments = {"test_sampling": {"prompt": "?"}, "test_elicitation": {"message": "?"}}.get(tool.name, {})
        if tool.name == "test_elicitation_sep1330_enums":
            continue
        result = await session.call_tool(tool.name, arguments, progress_callback=tell)
        answers[tool.name] = [getattr(block, "text", block.type) for block in result.content] + progress
    return answers


async def run(read, write):
    logs, heard = [], []

    async def log(params):
        logs.append(params.data)

    async def hear(message):
        if isinstance(message, types.ServerNotification):
            heard.append(message.root.method)

    async with ClientSession(
            read, write, datetime.timedelta(seconds=20), elicitation_callback=elicit, sampling_callback=sample,
            list_roots_callback=roots, logging_callback=log, message_handler=hear) as session:
        said = {"protocol": (await session.initialize()).protocolVersion}
        await session.set_logging_level("info")
        said |= {"tools": await call_all(session), "logs": logs}
        resources = (await session.list_resources()).resources
        said["resources"] = {
            str(resource.uri): (await session.read_resource(resource.uri)).contents[0].mimeType for resource in resources}
        said["template"] = (await session.read_resource("test://template/7/data")).contents[0].text
        try:
            await session.read_resource("test://none")
        except Exception as error:
            said["missing"] = str(error)
        said["prompts"] = {}
        for prompt in (await session.list_prompts()).prompts:
            arguments = {argument.name: "test://x" for argument in prompt.arguments or []}
            messages = (await session.get_prompt(prompt.name, arguments)).messages
            said["prompts"][prompt.name] = [message.content.type for message in messages]
        reference = types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments")
        said["completion"] = (await session.complete(reference, {"name": "arg1", "value": "par"})).completion.values
        await session.subscribe_resource("test://watched-resource")
        heard.clear()
        await session.call_tool("test_trigger_prompt_change", {})
        await session.call_tool("test_trigger_tool_change", {})
        await session.call_tool("test_trigger_resource_update", {})
        while not CHANGES <= set(heard):
            await asyncio.sleep(0.01)
        said["heard"] = sorted(set(heard) & CHANGES)
        await session.unsubscribe_resource("test://watched-resource")
        await session.send_ping()
        return said


async def connect(target):
    if target[0].startswith("http"):
        async with streamablehttp_client(target[0]) as (read, write, _):
            return await run(read, write)
    async with stdio_client(StdioServerParameters(command=target[0], args=target[1:])) as (read, write):
        return await run(read, write)


print(json.dumps(asyncio.run(asyncio.wait_for(connect(sys.argv[1:]), 60))))
