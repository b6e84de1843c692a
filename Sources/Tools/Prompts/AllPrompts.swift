package import MCP

/// Every prompt of the agent, in the order in which clients see them. A prompt is one file and one line here.
package func allPrompts(_ context: ToolContext) -> [Prompt] {
    [
        GPUTriage.prompt(context),
        DiagnoseXidErrors.prompt(context),
        GPUHealthCheck.prompt(context),
    ]
}
