/// NVML's opaque handles: numbers that say what they mean, never addresses.
struct Handle: Equatable {
    enum Kind: UInt {
        case device = 1
        case migDevice
        case gpuInstance
        case computeInstance
        case eventSet
        case systemEventSet
    }

    let kind: Kind
    let index: Int

    /// "NV" above the low 32 bits: no address of this process is there by chance.
    private static let mark: UInt = 0x4e56 << 32
    private static let kindShift: UInt = 24
    private static let indexMask: UInt = (1 << kindShift) - 1

    init(_ kind: Kind, _ index: Int) {
        self.kind = kind
        self.index = index
    }

    /// The handle in a caller's pointer; nil for anything that this library did not hand out.
    @inline(__always)
    init?(_ pointer: OpaquePointer?) {
        let bits = UInt(bitPattern: pointer) ^ Self.mark
        guard bits >> 32 == 0, let kind = Kind(rawValue: bits >> Self.kindShift) else { return nil }
        self.kind = kind
        index = Int(bits & Self.indexMask)
    }

    var pointer: OpaquePointer? {
        OpaquePointer(bitPattern: Self.mark | kind.rawValue << Self.kindShift | UInt(index) & Self.indexMask)
    }
}
