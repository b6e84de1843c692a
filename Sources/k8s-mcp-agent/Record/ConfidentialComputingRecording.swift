internal import JSON
internal import Snapshots

/// Confidential computing in the words of a scenario.
struct ConfidentialComputingRecording {
    let state: Reading<ConfidentialComputing>

    /// Empty where the driver does not know of it.
    var json: JSONObject {
        guard let state = state.value else { return JSONObject() }
        var json = JSONObject([("enabled", .bool(state.isOn))])
        if state.isForDevelopers { json["dev_tools"] = true }
        if let acceptsWork = state.acceptsWork.value { json["gpus_ready"] = .bool(acceptsWork) }
        return json
    }

    /// The calls that failed. A ready state that nobody tells is one of them: without it GPUs would be ready when played.
    var faults: [JSONObject] {
        guard let reason = state.reason else { return readyFaults }
        guard reason != .notSupported, reason != .notRead else { return [] }
        return ["nvmlSystemGetConfComputeSettings", "nvmlSystemGetConfComputeState"].map { Self.fault($0, reason) }
    }

    private var readyFaults: [JSONObject] {
        guard let state = state.value, state.isOn, let reason = state.acceptsWork.reason else { return [] }
        return [Self.fault("nvmlSystemGetConfComputeGpusReadyState", reason)]
    }

    private static func fault(_ call: String, _ reason: Unavailable) -> JSONObject {
        JSONObject([("call", .string(call)), ("result", .int(Int64(reason.returnCode)))])
    }
}
