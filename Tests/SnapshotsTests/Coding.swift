import Snapshots
import Testing

/// Encodes a value, and decodes what came out.
enum Coding {
    static func bytes<Value: SnapshotCodable>(_ value: Value) throws(SnapshotError) -> [UInt8] {
        var value = value
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let result = buffer.withUnsafeMutableBytes { raw -> Result<Int, SnapshotError> in
            var encoder = SnapshotCoder(writingInto: raw)
            do throws(SnapshotError) {
                try encoder.code(&value)
                return .success(encoder.count)
            } catch { return .failure(error) }
        }
        return Array(buffer[..<(try result.get())])
    }

    static func value<Value: SnapshotCodable>(_ bytes: [UInt8]) throws(SnapshotError) -> Value {
        let result = bytes.withUnsafeBytes { raw -> Result<Value, SnapshotError> in
            var decoder = SnapshotCoder(reading: raw)
            var value = Value()
            do throws(SnapshotError) {
                try decoder.code(&value)
                return decoder.isAtEnd ? .success(value) : .failure(.malformed)
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Expects that a value comes back as it was, and that none of its beginnings is taken for a whole.
    static func expectRoundTrip<Value: SnapshotCodable & Equatable>(
        _ value: Value, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let encoded = try bytes(value)
        let decoded: Value = try Self.value(encoded)
        #expect(decoded == value, sourceLocation: sourceLocation)
        #expect(value != Value(), "a value that equals an empty one shows nothing", sourceLocation: sourceLocation)
        for length in 0..<encoded.count {
            let cut = Array(encoded[..<length])
            #expect(throws: SnapshotError.self, sourceLocation: sourceLocation) { try Self.value(cut) as Value }
        }
    }
}
