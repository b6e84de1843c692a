package import JSON

/// One message of a client, told apart by its form alone.
package enum IncomingMessage {
    case request(id: RequestID, method: String, params: JSONValue?)
    case notification(method: String, params: JSONValue?)
    /// The answer to a request of ours.
    case response(id: JSONValue?, result: JSONValue?, error: JSONValue?)
    case invalid(id: RequestID?, why: String)

    package init(_ value: JSONValue) {
        guard let object = value.objectValue else {
            self = .invalid(id: nil, why: "a message is a JSON object, not \(value.typeName)")
            return
        }
        let id = object["id"]
        let readableID = id.flatMap(RequestID.init)
        guard object["jsonrpc"] == "2.0" else {
            self = .invalid(id: readableID, why: "\"jsonrpc\" must be \"2.0\"")
            return
        }
        guard let method = object["method"] else {
            let isResponse = object["result"] != nil || object["error"] != nil
            self =
                isResponse
                ? .response(id: id, result: object["result"], error: object["error"])
                : .invalid(id: readableID, why: "\"method\" is missing")
            return
        }
        guard let method = method.stringValue else {
            self = .invalid(id: readableID, why: "\"method\" must be a string")
            return
        }
        self = Self.call(method, id: id, readableID: readableID, params: object["params"]?.unlessNull)
    }

    private static func call(_ method: String, id: JSONValue?, readableID: RequestID?, params: JSONValue?) -> Self {
        guard id != nil else { return .notification(method: method, params: params) }
        guard let readableID else { return .invalid(id: nil, why: "\"id\" must be a string or an integer") }
        return .request(id: readableID, method: method, params: params)
    }
}

extension JSONValue {
    /// Nil for null, which some clients write in the place of what they leave out.
    var unlessNull: JSONValue? { isNull ? Self?.none : self }
}
