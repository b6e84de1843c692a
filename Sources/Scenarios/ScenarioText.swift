internal import JSON
internal import ScenarioData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A scenario before it is understood: its JSON, and where it came from.
struct ScenarioText {
    let source: String
    let object: JSONObject

    /// Bytes of a scenario file at most; the built-in ones have a few hundred.
    private static let sizeLimit = 4 << 20

    /// A built-in scenario; nil when there is none of that name.
    static func builtIn(_ name: String) throws(ScenarioError) -> ScenarioText? {
        guard let bytes = Embedded.scenarios.first(where: { $0.name == name })?.bytes else { return nil }
        return try ScenarioText(bytes, from: name)
    }

    /// What a GPU model has in common (`data/models`).
    static func model(_ name: String, at path: String) throws(ScenarioError) -> JSONValue {
        guard let bytes = Embedded.models.first(where: { $0.name == name })?.bytes else {
            let near = suggestion(for: name, among: Embedded.models.map(\.name))
            throw ScenarioError("unknown GPU model \"\(name)\"\(near)", at: path)
        }
        return .object(try ScenarioText(bytes, from: "model \(name)").object)
    }

    static func file(_ path: String) throws(ScenarioError) -> ScenarioText {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try readFile(path, limit: sizeLimit)
        } catch {
            throw ScenarioError(error.problem, in: path)
        }
        return try ScenarioText(bytes, from: path)
    }

    private init(_ bytes: [UInt8], from source: String) throws(ScenarioError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes)
        } catch {
            throw ScenarioError("not valid JSON: \(error)", in: source)
        }
        guard let object = value.objectValue else {
            throw ScenarioError("expected an object, found \(value.typeName)", in: source)
        }
        self.source = source
        self.object = object
    }
}
