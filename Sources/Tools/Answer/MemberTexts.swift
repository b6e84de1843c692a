internal import JSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The members of all GPUs, by number.
struct MemberTexts {
    let text: UnsafeBufferPointer<UInt8>
    /// Where each member begins, and where the last one ends.
    let bounds: [Int]

    subscript(_ member: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text[bounds[member]..<bounds[member + 1]])
    }

    private func isSame(_ left: Int, _ right: Int) -> Bool {
        let length = bounds[left + 1] - bounds[left]
        guard bounds[right + 1] - bounds[right] == length, let text = text.baseAddress else { return false }
        return memcmp(text + bounds[left], text + bounds[right], length) == 0
    }

    /// The members of the first GPU that all others have too; none if there is only one GPU.
    func shared(_ devices: [Range<Int>]) -> [Int] {
        guard devices.count > 1, let first = devices.first else { return [] }
        return first.filter { member in
            devices.dropFirst().allSatisfy { has(member, at: member - first.lowerBound, in: $0) }
        }
    }

    /// All GPUs list their members in the same order, so one mostly stands in the same place.
    private func has(_ member: Int, at place: Int, in device: Range<Int>) -> Bool {
        if place < device.count, isSame(member, device.lowerBound + place) { return true }
        return device.contains { isSame(member, $0) }
    }

    /// Leaves out the shared members, which a GPU has in the same order as all others.
    func write(_ members: some Sequence<Int>, without shared: [Int], to writer: inout JSONWriter) {
        var next = 0
        for member in members {
            if next < shared.count, isSame(member, shared[next]) { next += 1 } else { writer.raw(self[member]) }
        }
    }
}
