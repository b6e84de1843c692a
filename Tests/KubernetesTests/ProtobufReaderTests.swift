import Testing

@testable import Kubernetes

@Suite struct ProtobufReaderTests {
    private func fields(_ bytes: [UInt8]) throws(ProtobufError) -> [(number: UInt32, value: ProtobufReader.Value)] {
        var reader = ProtobufReader(bytes[...])
        var fields: [(number: UInt32, value: ProtobufReader.Value)] = []
        while let field = try reader.next() { fields.append(field) }
        return fields
    }

    @Test func allWireTypes() throws {
        let found = try fields([
            0x08, 0x96, 0x01, 0x12, 0x02, 0x68, 0x69, 0x1d, 1, 0, 0, 0x80, 0x21, 1, 2, 3, 4, 5, 6, 7, 8,
        ])
        #expect(found.map(\.number) == [1, 2, 3, 4])
        #expect(
            found.map(\.value) == [
                .varint(150), .bytes([0x68, 0x69]), .fixed32(0x8000_0001), .fixed64(0x0807_0605_0403_0201),
            ])
    }

    @Test func largestNumbers() throws {
        #expect(try fields([0x08] + Array(repeating: 0xff, count: 9) + [1])[0].value == .varint(.max))
        #expect(throws: ProtobufError.badVarint) { try fields([0x08] + Array(repeating: 0xff, count: 9) + [2]) }
        #expect(throws: ProtobufError.badVarint) { try fields([0x08] + Array(repeating: 0x80, count: 10) + [1]) }
        #expect(try fields([0xf8, 0xff, 0xff, 0xff, 0x0f, 0])[0].number == 536_870_911)
        #expect(throws: ProtobufError.badFieldNumber) { try fields([0x80, 0x80, 0x80, 0x80, 0x10, 0]) }
        #expect(throws: ProtobufError.badFieldNumber) { try fields([0x00, 0x00]) }
    }

    @Test(arguments: [[0x08], [0x08, 0x80], [0x12, 3, 1, 2], [0x1d, 1, 2, 3], [0x21, 1], [0x12]] as [[UInt8]])
    func endsInsideOfAField(_ bytes: [UInt8]) {
        #expect(throws: ProtobufError.truncated) { try fields(bytes) }
    }

    @Test(arguments: [3, 4, 6, 7] as [UInt8]) func groupsAndUnknownTypes(_ type: UInt8) {
        #expect(throws: ProtobufError.badWireType) { try fields([0x08 | type, 0]) }
    }

    @Test func lengthsBeyondAddressSpace() {
        let length: [UInt8] = Array(repeating: 0xff, count: 9) + [1]
        #expect(throws: ProtobufError.truncated) { try fields([0x12] + length + [0]) }
    }
}
