internal import JSON
internal import MCP
internal import ProbeProtocol

/// A tool's answer as the contents of a resource: what is read is what the tool would have said.
enum ToolDocument {
    static let mimeType = "application/json"

    /// - Throws: ``CallError/notFound`` where the URI names a GPU that the node has not.
    static func read(
        _ call: ResourceCall, _ arguments: JSONObject = [:],
        by answer: (ToolCall) async throws(ToolFailure) -> ToolResult
    ) async throws(CallError) -> [ResourceContents] {
        do throws(ToolFailure) {
            let result = try await answer(ToolCall(arguments: arguments, session: call.context.session))
            return [ResourceContents(uri: call.uri, mimeType: mimeType, text: result.text)]
        } catch {
            throw error.isUnknownGPU ? .notFound : .failed(error.message)
        }
    }

    /// The same for one GPU, by the variable of a template.
    static func read(
        gpu call: ResourceCall, by answer: (ToolCall) async throws(ToolFailure) -> ToolResult
    ) async throws(CallError) -> [ResourceContents] {
        let name = call.variables[GPUVariable.name] ?? ""
        // Several GPUs at once are for tools: a resource is one.
        guard !name.contains(",") else { throw .notFound }
        return try await read(call, [GPUArgument.name: .string(name)], by: answer)
    }
}

/// The part of a URI that names a GPU.
enum GPUVariable {
    static let name = "uuid"

    /// Whether it has the form of a UUID, an index or an address: nothing else will ever name a GPU.
    static func canName(_ variables: [String: String]) -> Bool {
        variables[name].flatMap(GPUSelector.init) != nil
    }

    /// Offers UUIDs first, since they stay what they are; indexes and addresses are understood as well.
    static func completer(_ context: ToolContext) -> Completer {
        { query in
            let names = await context.gpuNames()
            let uuids = names.filter { $0.hasPrefix("GPU-") }
            return query.matches(query.value.isEmpty ? uuids : uuids + names.filter { !$0.hasPrefix("GPU-") })
        }
    }
}
