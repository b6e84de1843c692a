/// Writes protobuf messages for tests.
enum Message {
    static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
    }

    static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

    /// ContainerDevices, one entry for each id as kubelets write them.
    static func devices(_ resource: String, _ ids: [String]) -> [UInt8] {
        ids.flatMap { field(2, field(1, resource) + field(2, $0) + field(3, field(1, field(1, 1)))) }
    }

    static func container(_ name: String, _ content: [UInt8] = []) -> [UInt8] { field(3, field(1, name) + content) }

    static func pod(_ namespace: String, _ name: String, _ containers: [UInt8]) -> [UInt8] {
        field(1, field(1, name) + field(2, namespace) + containers)
    }
}
