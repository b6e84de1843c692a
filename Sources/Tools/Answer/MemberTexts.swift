internal import JSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The members of all GPUs, by number.
struct MemberTexts {
    let text: UnsafeBufferPointer<UInt8>
    let ends: [Int]

    subscript(_ member: Int) -> UnsafeBufferPointer<UInt8> {
        let start = member == 0 ? 0 : ends[member - 1]
        return UnsafeBufferPointer(rebasing: text[start..<ends[member]])
    }

    private func isSame(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count, let ours = left.baseAddress, let theirs = right.baseAddress else {
            return false
        }
        return memcmp(ours, theirs, left.count) == 0
    }

    /// The members of the first GPU that all others have too; none if there is only one GPU.
    func shared(_ devices: [Range<Int>]) -> [Int] {
        guard devices.count > 1, let first = devices.first else { return [] }
        return first.filter { member in
            let text = self[member]
            return devices.dropFirst().allSatisfy { has(text, at: member - first.lowerBound, in: $0) }
        }
    }

    /// All GPUs list their members in the same order, so one mostly stands in the same place.
    private func has(_ text: UnsafeBufferPointer<UInt8>, at place: Int, in device: Range<Int>) -> Bool {
        if place < device.count, isSame(text, self[device.lowerBound + place]) { return true }
        return device.contains { isSame(text, self[$0]) }
    }

    /// Leaves out the shared members, which a GPU has in the same order as all others.
    func write(_ members: some Sequence<Int>, without shared: [Int], to writer: inout JSONWriter) {
        var next = 0
        for member in members {
            let text = self[member]
            if next < shared.count, isSame(text, self[shared[next]]) { next += 1 } else { writer.raw(text) }
        }
    }
}
