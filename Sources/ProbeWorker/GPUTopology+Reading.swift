internal import NVML
internal import ProbeProtocol
internal import Snapshots

extension GPUTopology {
    /// Asks NVML what is near this GPU, and its way to each other GPU.
    ///
    /// - Parameters:
    ///   - skipped: GPUs not to touch.
    ///   - marks: says of which GPU the driver is asked, so that a hang is put down to the right one.
    ///   - openings: opens the other GPUs.
    init(
        reading device: NVMLDevice, _ index: UInt32, of library: NVMLLibrary, besides skipped: [UInt32],
        _ marks: ProbeMarks, _ openings: inout GPUOpenings
    ) {
        self.init()
        nearNUMANodes = Reading { () throws(NVMLError) in try device.memoryAffinity().map { UInt32(clamping: $0) } }
        cpuAffinity = Reading { () throws(NVMLError) in Self.list(try device.cpuAffinity()) }
        ownNUMANode = Reading { () throws(NVMLError) in try device.numaNode() }
        let count = Reading { () throws(NVMLError) in try library.deviceCount() }.value ?? 0
        for other in 0..<min(count, Self.limit) where other != index {
            if skipped.contains(other) {
                peers.append(GPUPeer(other, .notRead))
                continue
            }
            marks.gpu.pointee = other + 1
            do throws(NVMLError) {
                peers.append(GPUPeer(reading: device, try openings.open(other, of: library, marks), other))
            } catch {
                peers.append(GPUPeer(other, Unavailable(error.code)))
            }
        }
        marks.gpu.pointee = index + 1
    }

    /// More GPUs than any node has.
    private static let limit: UInt32 = 64

    /// Numbers in Linux's list form: `0-55,112-167`.
    private static func list(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}

extension GPUPeer {
    fileprivate init(reading device: NVMLDevice, _ other: NVMLDevice, _ index: UInt32) {
        self.init()
        self.index = index
        commonAncestor = Reading { () throws(NVMLError) in try device.commonAncestor(other) }
        read = Reading { () throws(NVMLError) in try device.peerStatus(other, .read) }
        write = Reading { () throws(NVMLError) in try device.peerStatus(other, .write) }
        nvlink = Reading { () throws(NVMLError) in try device.peerStatus(other, .nvlink) }
    }

    /// A GPU that cannot be opened.
    fileprivate init(_ index: UInt32, _ reason: Unavailable) {
        self.init()
        self.index = index
        commonAncestor = .unavailable(reason)
        read = .unavailable(reason)
        write = .unavailable(reason)
        nvlink = .unavailable(reason)
    }
}
