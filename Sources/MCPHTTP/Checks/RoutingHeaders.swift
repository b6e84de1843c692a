internal import HTTPTypes
internal import JSON
internal import MCP

extension HTTPField.Name {
    static let protocolVersion = HTTPField.Name("MCP-Protocol-Version") ?? .upgrade
    static let sessionID = HTTPField.Name("Mcp-Session-Id") ?? .upgrade
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .upgrade
    static let mcpMethod = HTTPField.Name("Mcp-Method") ?? .upgrade
    static let mcpName = HTTPField.Name("Mcp-Name") ?? .upgrade
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .upgrade
}

/// Compares the headers by which proxies route a request that stands alone with what its body says.
struct RoutingHeaders {
    let headers: RequestHeaders
    let server: MCPServer

    /// - Throws: where a header is missing, is there twice, or says something else than the body.
    func check(method: String, params: JSONObject, version: String) throws(ProtocolError) {
        try match(.protocolVersion, version)
        try match(.mcpMethod, method)
        // Where the body names nothing, a proxy must not be made to believe that it does.
        if let key = Self.nameKey(method) { try match(.mcpName, params[key]?.stringValue) }
        if method == "tools/call" { try checkParameters(params) }
    }

    /// The same for a notification, which may come without them.
    ///
    /// - Throws: where a header says something else than the body, or names a revision that is not served.
    func check(notification method: String, params: JSONValue?) throws(ProtocolError) {
        if headers.count(of: .mcpMethod) > 0 { try match(.mcpMethod, method) }
        guard let version = try single(.protocolVersion) else { return }
        if let named = params?["_meta"]?[RequestEnvelope.versionKey]?.stringValue {
            try match(.protocolVersion, named)
        }
        guard ProtocolRevision(rawValue: version)?.isStateless == true else { throw .unsupportedVersion(version) }
    }

    /// The parameter that `Mcp-Name` repeats; nil where nothing is to be repeated.
    private static func nameKey(_ method: String) -> String? {
        switch method {
        case "tools/call", "prompts/get": "name"
        case "resources/read": "uri"
        default: nil
        }
    }

    /// - Parameter expected: what the body says; nil where it says nothing that a header could repeat.
    private func match(_ name: HTTPField.Name, _ expected: String?) throws(ProtocolError) {
        guard let value = try single(name) else { throw Self.mismatch("header \(name.canonicalName) is missing") }
        guard let expected, Self.isSame(Self.decoded(value), expected) else {
            throw Self.mismatch("header \(name.canonicalName) does not say what the body says")
        }
    }

    private func single(_ name: HTTPField.Name) throws(ProtocolError) -> String? {
        guard headers.count(of: name) <= 1 else { throw Self.mismatch("header \(name.canonicalName) is there twice") }
        return headers[name]?.withoutOuterSpace
    }

    /// Arguments that the tool's schema wants in headers, too.
    private func checkParameters(_ params: JSONObject) throws(ProtocolError) {
        guard let tool = params["name"]?.stringValue.flatMap({ server.tools[$0] }) else { return }
        for parameter in tool.headerParameters {
            try check(parameter, argument: parameter.argument(in: params["arguments"]))
        }
    }

    private func check(_ parameter: HeaderParameter, argument: JSONValue?) throws(ProtocolError) {
        guard let name = HTTPField.Name(parameter.header) else { return }
        let value = try single(name)
        guard let argument else {
            if value != nil { throw Self.mismatch("header \(name.canonicalName) has no argument in the body") }
            return
        }
        guard let value else { throw Self.mismatch("header \(name.canonicalName) is missing") }
        guard Self.equal(Self.decoded(value), argument) else {
            throw Self.mismatch("header \(name.canonicalName) does not say what the body says")
        }
    }

    private static func equal(_ text: String?, _ argument: JSONValue) -> Bool {
        guard let text else { return false }
        switch argument {
        case .string(let value): return isSame(text, value)
        case .bool(let value): return text == (value ? "true" : "false")
        default:
            // As JSON spells numbers, since Swift would also take 0x10; integers exactly, since a double has no room for all.
            guard let number = argument.doubleValue, let sent = try? JSONParser.parse(text) else { return false }
            let areIntegers = sent.typeName == "integer" && argument.typeName == "integer"
            return areIntegers ? sent == argument : sent.doubleValue == number
        }
    }

    /// By their bytes, as a proxy compares them: texts that only look the same are not.
    private static func isSame(_ text: String?, _ expected: String) -> Bool {
        text?.utf8.elementsEqual(expected.utf8) ?? false
    }

    private static func mismatch(_ why: String) -> ProtocolError {
        ProtocolError(.headerMismatch, "Header mismatch: \(why)")
    }

    /// The text of a value in the form `=?base64?…?=`; any other value as it stands; nil where the Base64 is broken.
    static func decoded(_ value: String) -> String? {
        let (start, end) = ("=?base64?", "?=")
        guard value.utf8.first == 0x3D, value.count >= start.count + end.count, value.hasPrefix(start),
            value.hasSuffix(end)
        else { return value }
        return Base64.decode(String(value.dropFirst(start.count).dropLast(end.count)))
            .flatMap { String(validating: $0, as: UTF8.self) }
    }
}
