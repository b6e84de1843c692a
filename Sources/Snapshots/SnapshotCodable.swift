extension SnapshotCoder {
    package mutating func code(_ value: inout some SnapshotCodable) throws(SnapshotError) {
        try value.code(with: &self)
    }

    package mutating func code(_ value: inout Int32) throws(SnapshotError) {
        var bits = UInt32(bitPattern: value)
        try code(&bits)
        value = Int32(bitPattern: bits)
    }

    package mutating func code(_ value: inout Int64) throws(SnapshotError) {
        var bits = UInt64(bitPattern: value)
        try code(&bits)
        value = Int64(bitPattern: bits)
    }

    package mutating func code(_ value: inout Bool) throws(SnapshotError) {
        var bits: UInt8 = value ? 1 : 0
        try code(&bits)
        guard bits < 2 else { throw .malformed }
        value = bits == 1
    }

    package mutating func code<Element: SnapshotCodable>(_ values: inout [Element]) throws(SnapshotError) {
        var count = values.count
        try code(count: &count, minimumSize: 1)
        if values.count != count { values = Array(repeating: Element(), count: count) }
        for index in values.indices { try code(&values[index]) }
    }

    package mutating func code<Value: SnapshotCodable>(_ value: inout Value?) throws(SnapshotError) {
        var isPresent = value != nil
        try code(&isPresent)
        guard isPresent else { return value = nil }
        var some = value ?? Value()
        try code(&some)
        value = some
    }

    package mutating func code<Value: SnapshotCodable>(_ reading: inout Reading<Value>) throws(SnapshotError) {
        var tag = reading.tag
        try code(&tag)
        switch tag {
        case 0:
            var value = reading.value ?? Value()
            try code(&value)
            reading = .value(value)
        case Unavailable.errorTag:
            var code = reading.reason?.code ?? 0
            try self.code(&code)
            reading = .unavailable(.error(code: code))
        default:
            guard let reason = Unavailable(tag: tag) else { throw .malformed }
            reading = .unavailable(reason)
        }
    }
}

extension Reading: SnapshotCodable where Value: SnapshotCodable {
    package init() { self = .unavailable(.notRead) }
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}

extension Reading {
    fileprivate var tag: UInt8 { reason?.tag ?? 0 }
}

extension Unavailable {
    fileprivate static let errorTag: UInt8 = 7
    private static let plain: [Unavailable] = [
        .notSupported, .noPermission, .timedOut, .gpuLost, .resetRequired, .notRead,
    ]

    fileprivate var tag: UInt8 {
        switch self {
        case .notSupported: 1
        case .noPermission: 2
        case .timedOut: 3
        case .gpuLost: 4
        case .resetRequired: 5
        case .notRead: 6
        case .error: Self.errorTag
        }
    }

    fileprivate init?(tag: UInt8) {
        guard (1...6).contains(tag) else { return nil }
        self = Self.plain[Int(tag) - 1]
    }

    fileprivate var code: Int32? {
        guard case .error(let code) = self else { return nil }
        return code
    }
}

extension UInt8: SnapshotCodable {
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension UInt32: SnapshotCodable {
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension UInt64: SnapshotCodable {
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension Int32: SnapshotCodable {
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension Int64: SnapshotCodable {
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension Bool: SnapshotCodable {
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension String: SnapshotCodable {
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension BusID: SnapshotCodable {
    package init() { self = BusID(domain: 0, bus: 0, device: 0) }
    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) {
        var (domain, bus, device, function) = (domain, bus, device, function)
        try coder.code(&domain)
        try coder.code(&bus)
        try coder.code(&device)
        try coder.code(&function)
        self = BusID(domain: domain, bus: bus, device: device, function: function)
    }
}
