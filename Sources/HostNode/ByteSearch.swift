import CUnix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension UnsafeRawBufferPointer {
    /// Where `part` first stands in these bytes.
    func firstIndex(of part: [UInt8]) -> Int? {
        let found = csystem_find(baseAddress, count, part, part.count)
        return found >= 0 ? found : nil
    }

    /// Where `word` first stands in these bytes.
    func firstIndex(of word: StaticString) -> Int? {
        let found = csystem_find(baseAddress, count, word.utf8Start, word.utf8CodeUnitCount)
        return found >= 0 ? found : nil
    }

    /// Whether `part` occurs anywhere in these bytes.
    func contains(_ part: [UInt8]) -> Bool {
        firstIndex(of: part) != nil
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where `byte` first stands, by memchr(3).
    func firstIndex(ofByte byte: UInt8) -> Int? {
        guard let baseAddress, let found = memchr(baseAddress, CInt(byte), count) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(baseAddress)
    }
}
