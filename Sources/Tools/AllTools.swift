package import MCP

/// Every tool of the agent, in the order in which clients see them. A tool is one file and one line here.
package func allTools(_ context: ToolContext) -> [Tool] {
    let loop = context.loop
    var tools = [
        DiagnoseGPUNode.tool(context),
        GetGPUInventory.tool(context).coalescing(CoalescedCalls(loop: loop)),
        GetGPUTelemetry.tool(context).coalescing(CoalescedCalls(loop: loop), if: GetGPUTelemetry.isOneReading),
        GetGPUHealth.tool(context),
        AnalyzeXidErrors.tool(context),
        SnapshotECC.tool(context),
        InspectTopology.tool(context).coalescing(CoalescedCalls(loop: loop)),
        DescribeGPUNode.tool(context),
        ListGPUProcesses.tool(context),
        GetPodGPUAllocation.tool(context),
        EchoTest.tool(context),
    ]
    // In read-only mode these are not even there.
    if let operation = context.operation {
        tools += [KillGPUProcess.tool(context, operation), ResetGPU.tool(context, operation)]
    }
    return tools
}

/// Whether a tool of this name is there in operator mode only.
package func isOperatorTool(_ name: String) -> Bool { [KillGPUProcess.name, ResetGPU.name].contains(name) }
