import JSON

/// One Job, told apart from earlier and later ones of the same name.
struct JobIdentity: Sendable, Equatable {
    /// As the API server gave it; nil as long as its answer is not known.
    var uid: String?
    /// Its label ``JobLabel/instance``.
    var instance: String?

    init(uid: String? = nil, instance: String? = nil) {
        self.uid = uid
        self.instance = instance
    }

    /// Reads a Job as the API server describes it; nil for one that is at its end or on its way out.
    init?(living job: JSONValue) {
        let metadata = job["metadata"]
        guard metadata?["deletionTimestamp"] == nil, !Self.isOver(job) else { return nil }
        uid = metadata?["uid"]?.stringValue
        instance = metadata?["labels"]?[JobLabel.instance]?.stringValue
    }

    private static func isOver(_ job: JSONValue) -> Bool {
        (job["status"]?["conditions"]?.arrayValue ?? []).contains { condition in
            ["Complete", "Failed", "SuccessCriteriaMet", "FailureTarget"].contains(condition["type"]?.stringValue ?? "")
                && condition["status"]?.stringValue == "True"
        }
    }
}
