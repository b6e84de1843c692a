extension JSONValue {
    /// The value as indented JSON for people; arrays and objects that fit stay on one line.
    public func prettyPrinted(indent: Int = 2, width: Int = 100) -> String {
        var printer = JSONPrettyPrinter(indent: indent, width: width)
        printer.print(self, level: 0, used: 0)
        return printer.text
    }
}

private struct JSONPrettyPrinter {
    let indent: Int
    let width: Int
    var text = ""

    mutating func print(_ value: JSONValue, level: Int, used: Int) {
        let compact = value.encoded()
        if level * indent + used + compact.count <= width || !value.isContainer {
            text += Self.spaced(compact)
            return
        }
        switch value {
        case .array(let elements):
            lines("[", "]", level: level, elements) { $0.print($1, level: level + 1, used: 1) }
        case .object(let object):
            lines("{", "}", level: level, Array(object)) { printer, member in
                let key = String(decoding: JSONValue.string(member.key).encoded(), as: UTF8.self) + ": "
                printer.text += key
                printer.print(member.value, level: level + 1, used: key.utf8.count + 1)
            }
        default: break
        }
    }

    private mutating func lines<Element>(
        _ open: String, _ close: String, level: Int, _ elements: [Element],
        _ body: (inout JSONPrettyPrinter, Element) -> Void
    ) {
        text += open
        for (position, element) in elements.enumerated() {
            text += position == 0 ? "\n" : ",\n"
            text += String(repeating: " ", count: (level + 1) * indent)
            body(&self, element)
        }
        text += "\n" + String(repeating: " ", count: level * indent) + close
    }

    /// Compact JSON with a space after each comma and colon outside strings.
    private static func spaced(_ json: [UInt8]) -> String {
        var bytes: [UInt8] = []
        var inString = false
        var escaped = false
        for byte in json {
            bytes.append(byte)
            if inString {
                inString = escaped || byte != UInt8(ascii: "\"")
                escaped = !escaped && byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: "\"") {
                inString = true
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                bytes.append(UInt8(ascii: " "))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONValue {
    fileprivate var isContainer: Bool {
        switch self {
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        default: false
        }
    }
}
