import CSystem

extension UnsafeRawBufferPointer {
    /// Where `part` first stands in these bytes.
    func firstIndex(of part: [UInt8]) -> Int? {
        let found = csystem_find(baseAddress, count, part, part.count)
        return found >= 0 ? found : nil
    }

    /// Whether `part` occurs anywhere in these bytes.
    func contains(_ part: [UInt8]) -> Bool {
        firstIndex(of: part) != nil
    }
}
