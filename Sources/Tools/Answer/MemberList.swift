internal import JSON

/// Where each member of each GPU stands in the text of an answer.
///
/// The GPUs of a node are mostly alike. What was written of the first one is not written again of another: that one's member
/// then stands where the first one's does.
struct MemberList {
    /// What a member was written from, where that is compared quicker than the text; `.text` compares what was written.
    enum Source {
        case number(UInt64)
        case string(String)
        case text

        func isSame(_ other: Source) -> Bool {
            switch (self, other) {
            case (.number(let left), .number(let right)): left == right
            case (.string(let left), .string(let right)): left == right
            default: false
            }
        }
    }

    struct Member {
        private let start: Int32
        private let end: Int32
        /// Its place among the members of the first GPU, if it is the same as that one's; -1 if not.
        fileprivate let place: Int32

        fileprivate init(_ text: Range<Int>, place: Int? = nil) {
            start = Int32(clamping: text.lowerBound)
            end = Int32(clamping: text.upperBound)
            self.place = place.map { Int32(clamping: $0) } ?? -1
        }

        /// Where it stands in the text.
        var text: Range<Int> { Int(start)..<Int(end) }
    }

    /// A member of the first GPU.
    private struct Known {
        let key: StaticString
        let source: Source
        /// How many others have the same.
        var repeats = 0
    }

    private var members: [Member] = []
    private var known: [Known] = []
    /// The number of each GPU's first member.
    private var starts: [Int] = []
    /// Where the next member of this GPU is among those of the first, if both have the same ones.
    private var expected = 0

    /// - Parameter gpus: how many GPUs will come.
    init(reserving gpus: Int = 0) {
        members.reserveCapacity(gpus * 32)
        known.reserveCapacity(min(gpus, 1) * 32)
        starts.reserveCapacity(gpus)
    }

    /// The members that are added from now on are the next GPU's.
    mutating func beginGPU() {
        starts.append(members.count)
        expected = 0
    }

    /// The place of `key` among the members of the first GPU, once for each member that comes; nil if that GPU has none.
    mutating func place(of key: StaticString) -> Int? {
        guard starts.count > 1 else { return nil }
        // All GPUs list their members in the same order, so it mostly comes next.
        let isNext = expected < known.count && known[expected].key.isSame(key)
        let place = isNext ? expected : known.firstIndex { $0.key.isSame(key) }
        if let place { expected = place + 1 }
        return place
    }

    /// Adds the first GPU's member at `place` to this one; false, and nothing is added, if it was written from another value.
    mutating func addRepeated(_ place: Int?, _ source: Source) -> Bool {
        guard let place, known[place].source.isSame(source) else { return false }
        repeatMember(at: place)
        return true
    }

    /// Adds a member that was written at `range` of `text`.
    ///
    /// - Parameter place: by ``place(of:)``.
    mutating func add(
        _ key: StaticString, _ source: Source, at place: Int?, _ range: Range<Int>, of text: UnsafeBufferPointer<UInt8>
    ) {
        if starts.count == 1 {
            known.append(Known(key: key, source: source))
            return members.append(Member(range, place: known.count - 1))
        }
        if let place, text[members[place].text].elementsEqual(text[range]) { return repeatMember(at: place) }
        members.append(Member(range))
    }

    private mutating func repeatMember(at place: Int) {
        members.append(members[place])
        known[place].repeats += 1
    }
}

// MARK: Reading it

extension MemberList {
    /// The members of the first GPU that all others have too; none if there is only one GPU.
    var shared: [Member] {
        guard starts.count > 1 else { return [] }
        return known.indices.filter { isShared($0) }.map { members[$0] }
    }

    /// What one GPU has that not all have.
    func own(_ gpu: Int) -> some Sequence<Member> {
        let end = gpu + 1 < starts.count ? starts[gpu + 1] : members.count
        return members[starts[gpu]..<end].lazy.filter { $0.place < 0 || !isShared(Int($0.place)) }
    }

    private func isShared(_ place: Int) -> Bool { starts.count > 1 && known[place].repeats == starts.count - 1 }
}

extension StaticString {
    fileprivate func isSame(_ other: StaticString) -> Bool {
        if utf8Start == other.utf8Start { return utf8CodeUnitCount == other.utf8CodeUnitCount }
        return UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
            .elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
}
