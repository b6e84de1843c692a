internal import JSON

/// Reads one object of a scenario key by key, and knows afterwards which keys nobody asked for.
///
/// An object `{"error": CODE}` stands for a section that the driver fails to read: every reading in it fails with it.
struct ObjectReader {
    let path: String
    private let object: JSONObject
    private let failure: ReturnCode?
    private var known: [String] = []

    init(_ value: JSONValue, at path: String) throws(ScenarioError) {
        guard let object = value.objectValue else {
            throw ScenarioError("expected an object, found \(value.typeName)", at: path)
        }
        self.path = path
        self.object = object
        failure = try object["error"].map { value throws(ScenarioError) in
            try ReturnCode(value, at: path.isEmpty ? "error" : path + ".error")
        }
        if failure != nil { known.append("error") }
    }

    /// The path of one of this object's keys.
    func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value of a key; nil when it is absent or null.
    mutating func take(_ key: String) -> JSONValue? {
        known.append(key)
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    /// One reading, by how its value is read.
    mutating func reading<Value>(
        _ key: String, _ parse: (JSONValue, String) throws(ScenarioError) -> Value
    ) throws(ScenarioError) -> SimulatedReading<Value> {
        guard let value = take(key) else { return failure.map { .failed($0) } ?? .absent }
        if let error = value["error"] { return .failed(try ReturnCode(error, at: place(key) + ".error")) }
        return .value(try parse(value, place(key)))
    }

    /// A nested section; an empty one when the key is absent.
    mutating func section<Section: ScenarioSection>(_ key: String) throws(ScenarioError) -> Section {
        guard let value = take(key) else { return Section() }
        return try Section(reading: value, at: place(key))
    }

    /// A nested section that may be missing altogether.
    mutating func optional<Section: ScenarioSection>(_ key: String) throws(ScenarioError) -> Section? {
        guard let value = take(key) else { return nil }
        return try Section(reading: value, at: place(key))
    }

    /// A list of sections; empty when the key is absent.
    mutating func list<Section: ScenarioSection>(_ key: String) throws(ScenarioError) -> [Section] {
        var sections: [Section] = []
        for (index, value) in try array(key).enumerated() {
            sections.append(try Section(reading: value, at: "\(place(key))[\(index)]"))
        }
        return sections
    }

    /// The elements of an array; empty when the key is absent.
    mutating func array(_ key: String) throws(ScenarioError) -> [JSONValue] {
        guard let value = take(key) else { return [] }
        guard let elements = value.arrayValue else {
            throw ScenarioError("expected an array, found \(value.typeName)", at: place(key))
        }
        return elements
    }

    /// - Throws: for a key that nothing asked for, naming the nearest one that exists.
    func finish() throws(ScenarioError) {
        for member in object where !known.contains(member.key) {
            throw ScenarioError("unknown key\(suggestion(for: member.key, among: known))", at: place(member.key))
        }
    }
}

/// A part of the scenario that is written as an object.
protocol ScenarioSection {
    /// The section when nothing is said about it.
    init()
    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError)
}

extension ScenarioSection {
    init(reading value: JSONValue, at path: String) throws(ScenarioError) {
        self.init()
        var reader = try ObjectReader(value, at: path)
        try read(&reader)
        try reader.finish()
    }
}
