/// Something that an earlier session left in the cluster.
package struct Leftover: Sendable, Equatable {
    /// What it is.
    package enum Kind: String, Sendable {
        case job
        case pod
    }

    /// Whether it is a Job of ours or a debugging pod.
    package let kind: Kind
    /// Where it is.
    package let namespace: String
    /// Its name there.
    package let name: String
    /// The node it is on.
    package let node: String
    /// Such as `Running` or `Succeeded`; `active` or `ended` for a Job.
    package let state: String
    /// Whose it is, if it says so.
    package let owner: String
    /// RFC 3339, as the API server has it.
    package let created: String
    /// What tells this Job from a later one of the same name; nil for a pod, whose name is its own.
    let instance: String?
}
