/// Where the agent's resources are.
enum ResourceURI {
    static let node = "gpu://node"
    static let kernelLog = "gpu://log/xid"
    /// What the URIs of single GPUs begin with.
    static let gpus = "gpu://gpus/"
    static let docs = "gpu://docs/"
}
