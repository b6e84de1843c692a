internal import Diagnosis
internal import HostNode
internal import JSON
internal import Snapshots

/// A node as a scenario with its files beside it.
struct NodeRecording {
    private let snapshot: NodeSnapshot
    private let files: NodeFilesRecord
    private let disguise: Disguise

    init(_ snapshot: NodeSnapshot, _ files: NodeFilesRecord, _ disguise: Disguise) {
        self.snapshot = snapshot
        self.files = files
        self.disguise = disguise
    }

    func summary(_ folder: String) -> String {
        let count = snapshot.gpus.count
        let unread = snapshot.accessProblems.map { "Not read, and recorded as it is: \($0.message)\n" }.joined()
        return "Recorded \(count) GPU\(count == 1 ? "" : "s") and \(files.entries.count) files in \(folder).\n" + unread
            + "Review it, then play it: k8s-mcp-agent diagnose --simulate \(folder)/scenario.json"
    }

    /// Writes scenario and files.
    func write(to folder: String) throws(RecordingError) {
        let writer = try RecordingFolder(folder)
        var special = JSONObject()
        for (path, entry) in files.entries.sorted(by: { $0.key < $1.key }) where path != "/" {
            let name = disguise.applied(to: String(path.dropFirst()))
            switch entry {
            case .file(let bytes):
                // A message that counts its bytes is worth nothing with other ones.
                if path.hasSuffix("/kubelet.sock"), disguise.changesLength(of: bytes) { continue }
                // Files on the folder's top level are none of the node's.
                guard name.contains("/") else { continue }
                try writer.file(name, disguise.applied(to: bytes))
            case .directory: try writer.directory(name)
            case .symlink(let target): try writer.symlink(name, to: disguise.applied(to: target))
            case .characterDevice(let major, let minor):
                special[name] = .object(JSONObject([("device", .array([.int(Int64(major)), .int(Int64(minor))]))]))
            case .forbidden: special[name] = .object(JSONObject([("forbidden", true)]))
            }
        }
        let text = disguise.applied(to: JSONValue.object(scenario(special)).prettyPrinted() + "\n")
        try writer.file("scenario.json", Array(text.utf8))
    }

    private func scenario(_ special: JSONObject) -> JSONObject {
        var host = JSONObject([("generated", false)])
        host.set("files", section: special)
        var json = JSONObject([
            ("description", .string("A recorded node with \(snapshot.gpus.count) GPUs")), ("host_folder", "."),
            ("host", .object(host)), ("system", .object(system)), ("count", .int(Int64(snapshot.gpus.count))),
            ("gpus", .array(snapshot.gpus.map { .object(gpu($0)) })),
        ])
        json.set("topology", section: PeerRecording(gpus: snapshot.gpus).json)
        let faults = [initializationFault].compactMap { $0 } + confidentialComputing.faults
        if !faults.isEmpty { json["faults"] = .array(faults.map { .object($0) }) }
        return json
    }

    private var confidentialComputing: ConfidentialComputingRecording {
        ConfidentialComputingRecording(state: snapshot.driver.confidentialComputing)
    }

    private func gpu(_ gpu: GPUSnapshot) -> JSONObject {
        let devices = snapshot.devices?.pci.value ?? []
        let pci = gpu.busID.value.flatMap { busID in devices.first { $0.busID.slot == busID.slot } }
        var json = GPURecording(gpu: gpu, pci: pci).json
        if let fault = interruption(gpu.index) { json["faults"] = .array([.object(fault)]) }
        return json
    }

    private var system: JSONObject {
        var json = JSONObject()
        json["hostname"] = .string(files.hostName ?? "recorded")
        json.set("driver_version", snapshot.driver.driverVersion)
        json.set("nvml_version", snapshot.driver.nvmlVersion)
        json.set("cuda_version", snapshot.driver.cudaVersion)
        json.set("confidential_compute", section: confidentialComputing.json)
        if let module = snapshot.host?.kernelModuleVersion.value { json["module_version"] = .string(module) }
        return json
    }

    /// Why NVML did not start; without a library at all the driver is said not to be loaded.
    private var initializationFault: JSONObject? {
        let state = snapshot.driver.state
        guard state.outcome != .ready, snapshot.gpus.isEmpty else { return nil }
        let code = state.code > 0 && state.outcome != .rootNotEntered ? state.code : 9
        return JSONObject([("call", "nvmlInit"), ("result", .int(Int64(code)))])
    }

    /// What the driver did at this GPU instead of answering.
    private func interruption(_ index: UInt32) -> JSONObject? {
        guard let interruption = snapshot.interruption(on: index) else { return nil }
        switch interruption.cause {
        case .crashed where interruption.isOfDriver: return JSONObject([("call", "*"), ("crash", true)])
        // One that was still getting on is slow, and no fault of the node.
        case .timedOut where !interruption.isStillWorking: return JSONObject([("call", "*"), ("hang_s", "forever")])
        case .stuckInKernel: return JSONObject([("call", "*"), ("hang_s", "forever")])
        default: return nil
        }
    }
}

/// The ways between GPUs.
struct PeerRecording {
    let gpus: [GPUSnapshot]

    var json: JSONObject {
        var pairs: [JSONValue] = []
        for gpu in gpus {
            for peer in gpu.topology?.peers ?? [] where peer.index > gpu.index {
                var pair = JSONObject([
                    ("gpus", .array([.int(Int64(gpu.index)), .int(Int64(peer.index))]))
                ])
                for (key, reading) in [
                    ("level", peer.commonAncestor), ("read", peer.read), ("write", peer.write), ("nvlink", peer.nvlink),
                ] {
                    if let value = reading.value { pair[key] = .int(Int64(value)) }
                }
                pairs.append(.object(pair))
            }
        }
        return pairs.isEmpty ? JSONObject() : JSONObject([("pairs", .array(pairs))])
    }
}
