import JSON

extension ServerSession {
    mutating func getPrompt(_ request: SessionRequest) throws(ProtocolError) -> SessionAction {
        let name = try request.string("name")
        guard let prompt = server.prompts[name] else { throw unknownPrompt(name) }
        let arguments = try Self.strings(request.optional("arguments"), "arguments")
        for argument in prompt.arguments where argument.isRequired && arguments[argument.name] == nil {
            throw .invalidParams("argument \"\(argument.name)\" of prompt \"\(name)\" is missing")
        }
        return .start(try open(request, .prompt(prompt, arguments)))
    }

    private func unknownPrompt(_ name: String) -> ProtocolError {
        let hint = server.prompts.nearest(to: name).map { "; did you mean \"\($0)\"?" } ?? "; see prompts/list"
        return .invalidParams("unknown prompt \"\(shortened(name))\"\(hint)")
    }

    mutating func complete(
        _ request: SessionRequest, into out: inout JSONWriter
    ) throws(ProtocolError) -> SessionAction? {
        guard let argument = request.params["argument"], let name = argument["name"]?.stringValue,
            let value = argument["value"]?.stringValue
        else { throw .invalidParams("argument must hold the strings \"name\" and \"value\"") }
        let surroundings: JSONValue = request.optional("context") ?? [:]
        guard surroundings.objectValue != nil else { throw .invalidParams("context must be an object") }
        let context = try Self.strings(surroundings["arguments"]?.unlessNull, "context.arguments")
        guard let completer = try completer(request.params["ref"], name) else {
            reply(to: request, into: &out) { CompletionResult(values: []).write(to: &$0) }
            return nil
        }
        let query = CompletionQuery(value: value, context: context)
        return .start(try open(request, .complete(completer, query)))
    }

    /// Nil where nothing can be offered for an argument that exists.
    private func completer(_ reference: JSONValue?, _ argument: String) throws(ProtocolError) -> Completer? {
        switch reference?["type"]?.stringValue {
        case "ref/prompt":
            let name = reference?["name"]?.stringValue ?? ""
            guard let prompt = server.prompts[name] else { throw unknownPrompt(name) }
            guard let found = prompt.arguments.first(where: { $0.name == argument }) else {
                throw .invalidParams("prompt \"\(name)\" has no argument \"\(shortened(argument))\"")
            }
            return found.completer
        case "ref/resource":
            let uri = reference?["uri"]?.stringValue ?? ""
            guard let template = server.templates[uri] else {
                throw .invalidParams("unknown resource template \"\(shortened(uri))\"")
            }
            guard template.uriTemplate.variables.contains(argument) else {
                throw .invalidParams("template \"\(uri)\" has no variable \"\(shortened(argument))\"")
            }
            return template.completers[argument]
        default:
            throw .invalidParams("ref.type must be \"ref/prompt\" or \"ref/resource\"")
        }
    }

    private static func strings(_ value: JSONValue?, _ name: String) throws(ProtocolError) -> [String: String] {
        guard let value else { return [:] }
        guard let object = value.objectValue else { throw .invalidParams("\(name) must be an object") }
        var strings: [String: String] = [:]
        for member in object {
            guard let text = member.value.stringValue else {
                throw .invalidParams("\(name).\(shortened(member.key)) must be a string")
            }
            strings[member.key] = text
        }
        return strings
    }
}
