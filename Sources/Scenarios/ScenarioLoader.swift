internal import JSON

/// Turns the text of a scenario into the machine that it describes.
enum ScenarioLoader {
    /// How many scenarios may extend one another.
    private static let extendsLimit = 8
    /// NVML itself knows no limit; the driver's minor numbers end at 247.
    private static let gpuLimit = 248

    static func load(_ text: ScenarioText) throws(ScenarioError) -> Scenario {
        do throws(ScenarioError) {
            return try build(try extended(text, depth: 0), text.source)
        } catch {
            throw error.found(in: text.source)
        }
    }

    /// The whole object, when the scenario only says how it differs from another one.
    private static func extended(_ text: ScenarioText, depth: Int) throws(ScenarioError) -> JSONObject {
        guard let value = text.object["extends"] else { return text.object }
        guard let name = value.stringValue else { throw ScenarioError("expected a name", at: "extends") }
        guard depth < extendsLimit else { throw ScenarioError("extends too many others", at: "extends") }
        let builtIn = try ScenarioText.builtIn(name)
        let base = if let builtIn { builtIn } else { try ScenarioText.file(relative(name, to: text.source)) }
        var merged = ScenarioMerge.extend(try extended(base, depth: depth + 1), with: text.object)
        merged["extends"] = nil
        return merged
    }

    private static func build(_ object: JSONObject, _ source: String) throws(ScenarioError) -> Scenario {
        var reader = try ObjectReader(.object(object), at: "")
        let description = try reader.string("description") ?? ""
        let system: NodeSystem = try reader.section("system")
        let gpus = try self.gpus(&reader, system)
        let scenario = Scenario(
            name: source, description: description, system: system, gpus: gpus.filter(\.isListed), allGPUs: gpus,
            nvswitches: try busIDs("nvswitches", &reader), networkCards: try reader.list("nics"),
            topology: try reader.section("topology"),
            faults: try reader.list("faults"), processes: try reader.list("processes"),
            kernelLog: try reader.list("kernel_log"), host: try host(&reader, source))
        try reader.finish()
        return scenario
    }

    private static func gpus(
        _ reader: inout ObjectReader, _ system: NodeSystem
    ) throws(ScenarioError) -> [GPU] {
        let model = try reader.string("model")
        let template =
            try model.map { name throws(ScenarioError) in
                try ScenarioText.model(name, at: "model")
            } ?? .object(JSONObject())
        let common = reader.take("all_gpus") ?? .object(JSONObject())
        let special = try reader.array("gpus")
        let count = try reader.integer("count") ?? special.count
        guard (0...gpuLimit).contains(count) else {
            throw ScenarioError("must be between 0 and \(gpuLimit)", at: "count")
        }
        let overrides = try overridesByIndex(special, count)
        var gpus: [GPU] = []
        for index in 0..<count {
            var value = ScenarioMerge.merge(
                ScenarioMerge.each(template, index), with: ScenarioMerge.each(common, index))
            if let own = overrides[index] { value = ScenarioMerge.merge(value, with: own) }
            let gpu = try GPU(reading: value, at: "gpus[\(index)]")
            gpus.append(GPUDefaults.filled(gpu, index, in: system))
        }
        return gpus
    }

    private static func overridesByIndex(
        _ list: [JSONValue], _ count: Int
    ) throws(ScenarioError) -> [Int: JSONValue] {
        var overrides: [Int: JSONValue] = [:]
        for (position, value) in list.enumerated() {
            let index = value["index"]?.intValue.map { Int($0) } ?? position
            guard (0..<count).contains(index), overrides[index] == nil else {
                throw ScenarioError("expected \"index\" below \(count), each once", at: "gpus[\(position)]")
            }
            overrides[index] = value
        }
        return overrides
    }

    private static func busIDs(_ key: String, _ reader: inout ObjectReader) throws(ScenarioError) -> [PCIAddress] {
        var ids: [PCIAddress] = []
        for (index, text) in try reader.strings(key).enumerated() {
            guard let id = PCIAddress(text) else {
                throw ScenarioError("expected a PCI address like \"0000:05:00.0\"", at: "\(key)[\(index)]")
            }
            ids.append(id)
        }
        return ids
    }

    private static func host(_ reader: inout ObjectReader, _ source: String) throws(ScenarioError) -> HostDescription {
        var host: HostDescription = try reader.section("host")
        if let folder = try reader.string("host_folder") {
            do throws(FileError) { host.folder = try HostFolder(relative(folder, to: source)).files } catch {
                throw ScenarioError("\(folder) \(error.problem)", at: "host_folder")
            }
        }
        host.root = try reader.string("host_root").map { relative($0, to: source) }
        return host
    }

    /// A path beside the scenario's own file.
    private static func relative(_ path: String, to source: String) -> String {
        guard !path.hasPrefix("/"), let slash = source.lastIndex(of: "/") else { return path }
        return source[...slash] + path
    }
}
