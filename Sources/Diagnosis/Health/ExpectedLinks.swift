internal import Snapshots

/// How many NVLinks of a GPU should be up, and how fast: what most GPUs of the same name on the node show.
///
/// No table tells it: boards of one model are sold with all links, with some and with none. GPUs in MIG mode say nothing,
/// since their links are down on purpose.
struct ExpectedLinks: Sendable {
    private var activeByName: [String: Int] = [:]
    private var speedByName: [String: UInt32] = [:]
    /// GPUs in MIG mode: on boards without switches, links of their neighbours are down as well.
    let migGPUs: [UInt32]

    init(_ gpus: [GPUSnapshot]) {
        migGPUs = gpus.filter { $0.inventory?.migMode.value?.current ?? false }.map(\.index)
        let counted = gpus.filter { $0.links != nil && !($0.inventory?.migMode.value?.current ?? false) }
        for (name, gpus) in Dictionary(grouping: counted, by: { $0.name.value ?? "" }) {
            activeByName[name] = Self.mostCommon(gpus.compactMap(\.activeLinkCount))
            let links = gpus.flatMap { $0.links?.links ?? [] }.filter { $0.isActive.value ?? false }
            speedByName[name] = Self.mostCommon(links.compactMap(\.speedMBps.value).filter { $0 > 0 })
        }
    }

    /// Links that should be up; nil where nothing tells.
    func activeCount(_ gpu: GPUSnapshot) -> Int? { activeByName[gpu.name.value ?? ""] }

    /// Speed that a link should have, MB/s; nil where nothing tells.
    func speed(_ gpu: GPUSnapshot) -> UInt32? { speedByName[gpu.name.value ?? ""] }

    /// The value seen most often; of several, the highest.
    private static func mostCommon<Value: Hashable & Comparable>(_ values: [Value]) -> Value? {
        let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    }
}

extension GPUSnapshot {
    /// Links that are up; nil if one of them would not tell or there are none to ask.
    var activeLinkCount: Int? {
        guard let links, links.count.value != nil else { return nil }
        return links.activeCount.value.map(Int.init)
    }
}
