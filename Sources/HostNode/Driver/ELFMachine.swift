/// The processor that a 64-bit little-endian ELF file is built for.
package enum ELFMachine: UInt16, Sendable, Hashable {
    /// EM_X86_64
    case x86 = 62
    /// EM_AARCH64
    case arm64 = 183
    /// A file for anything else, 32-bit ones included.
    case other = 0

    /// The processor that this program is built for.
    package static var current: ELFMachine {
        #if arch(arm64)
            .arm64
        #else
            .x86
        #endif
    }

    /// Bytes of a file that are enough to tell.
    static let headerSize = 20

    /// Nil if these first bytes are not those of an ELF shared object (e_type 3, ET_DYN).
    init?(sharedObjectHeader header: [UInt8]) {
        guard header.count >= Self.headerSize, header.starts(with: [0x7f, UInt8(ascii: "E"), 0x4c, 0x46]) else {
            return nil
        }
        let is64BitLittleEndian = header[4] == 2 && header[5] == 1
        guard is64BitLittleEndian else {
            self = .other
            return
        }
        guard UInt16(header[16]) | UInt16(header[17]) << 8 == 3 else { return nil }
        self = ELFMachine(rawValue: UInt16(header[18]) | UInt16(header[19]) << 8) ?? .other
    }
}
