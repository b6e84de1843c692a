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

    /// The calls that failed.
    var faults: [JSONObject] {
        let failed: [(String, Unavailable?)] = [
            ("nvmlSystemGetConfComputeSettings", state.reason), ("nvmlSystemGetConfComputeState", state.reason),
            (
                "nvmlSystemGetConfComputeGpusReadyState",
                state.value?.isOn == true ? state.value?.acceptsWork.reason : nil
            ),
        ]
        return failed.compactMap { call, reason in
            guard let reason, reason != .notSupported, reason != .notRead else { return nil }
            return JSONObject([("call", .string(call)), ("result", .int(Int64(reason.returnCode)))])
        }
    }
}
