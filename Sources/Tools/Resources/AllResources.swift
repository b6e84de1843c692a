package import MCP

/// Every document that clients can list, in the order in which they see them. A resource is one file and one line here.
package func allResources(_ context: ToolContext) -> [Resource] {
    [NodeResource.resource(context), KernelLogResource.resource(context)] + RunbookResources.all
}

/// Every kind of document whose URI has a part to fill in. A template is one file and one line here.
package func allResourceTemplates(_ context: ToolContext) -> [ResourceTemplate] {
    [
        GPUResource.template(context),
        GPUTelemetryResource.template(context),
        XidResource.template(context),
    ]
}
