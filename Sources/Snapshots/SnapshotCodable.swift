extension SnapshotCoder {
    @inlinable package mutating func code(_ value: inout some SnapshotCodable) throws(SnapshotError) {
        try value.code(with: &self)
    }

    @inlinable package mutating func code(_ value: inout Int32) throws(SnapshotError) {
        var bits = UInt32(bitPattern: value)
        try code(&bits)
        value = Int32(bitPattern: bits)
    }

    @inlinable package mutating func code(_ value: inout Int64) throws(SnapshotError) {
        var bits = UInt64(bitPattern: value)
        try code(&bits)
        value = Int64(bitPattern: bits)
    }

    @inlinable package mutating func code(_ value: inout Bool) throws(SnapshotError) {
        var bits: UInt8 = value ? 1 : 0
        try code(&bits)
        guard bits < 2 else { throw .malformed }
        value = bits == 1
    }

    @inlinable package mutating func code<Element: SnapshotCodable>(_ values: inout [Element]) throws(SnapshotError) {
        var count = values.count
        try code(count: &count, minimumSize: 1)
        guard isReading else {
            for var value in values { try code(&value) }
            return
        }
        values.removeAll(keepingCapacity: true)
        // The count is only a claim: what it says is not made room for at once.
        values.reserveCapacity(min(count, 64))
        for _ in 0..<count {
            var value = Element()
            try code(&value)
            values.append(value)
        }
    }

    @inlinable package mutating func code<Value: SnapshotCodable>(_ value: inout Value?) throws(SnapshotError) {
        var isPresent = value != nil
        try code(&isPresent)
        guard isReading else {
            if var some = value { try code(&some) }
            return
        }
        guard isPresent else { return value = nil }
        var some = Value()
        try code(&some)
        value = some
    }

    package mutating func code<Value: SnapshotCodable>(_ reading: inout Reading<Value>) throws(SnapshotError) {
        if isReading { reading = try decodedReading() } else { try encode(reading) }
    }

    private mutating func encode<Value: SnapshotCodable>(_ reading: Reading<Value>) throws(SnapshotError) {
        switch reading {
        case .value(var value):
            var tag: UInt8 = 0
            try code(&tag)
            try code(&value)
        case .unavailable(let reason):
            var tag = reason.tag
            try code(&tag)
            if var number = reason.code { try code(&number) }
        }
    }

    private mutating func decodedReading<Value: SnapshotCodable>() throws(SnapshotError) -> Reading<Value> {
        var tag: UInt8 = 0
        try code(&tag)
        switch tag {
        case 0:
            var value = Value()
            try code(&value)
            return .value(value)
        case Unavailable.errorTag:
            var number: Int32 = 0
            try code(&number)
            return .unavailable(.error(code: number))
        default:
            guard let reason = Unavailable(tag: tag) else { throw .malformed }
            return .unavailable(reason)
        }
    }

    package mutating func code<Part: SnapshotCodable>(_ box: inout Boxed<Part>) throws(SnapshotError) {
        var isPresent = !box.isEmpty
        try code(&isPresent)
        guard isReading else {
            if var part = box.wrappedValue { try code(&part) }
            return
        }
        guard isPresent else { return box = .empty }
        var part = Part()
        try code(&part)
        box = .holding(part)
    }
}

extension Reading: SnapshotCodable where Value: SnapshotCodable {
    package init() { self = .unavailable(.notRead) }
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}

extension Unavailable {
    fileprivate static let errorTag: UInt8 = 7
    /// Less than the tags of unusable files, which go on from here.
    private static let fileTag: UInt8 = 16
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
        case .unusable(let fault): Self.fileTag + fault.rawValue
        case .error: Self.errorTag
        }
    }

    fileprivate init?(tag: UInt8) {
        if tag > Self.fileTag, let fault = UnusableFile(rawValue: tag - Self.fileTag) {
            self = .unusable(fault)
            return
        }
        guard (1...6).contains(tag) else { return nil }
        self = Self.plain[Int(tag) - 1]
    }

    fileprivate var code: Int32? {
        guard case .error(let code) = self else { return nil }
        return code
    }
}

extension UInt8: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension UInt32: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension UInt64: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension Int32: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension Int64: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension Bool: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension String: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
extension BusID: SnapshotCodable {
    package init() { self = BusID(domain: 0, bus: 0, device: 0) }
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var (domain, bus, device, function) = (domain, bus, device, function)
        try coder.code(&domain)
        try coder.code(&bus)
        try coder.code(&device)
        try coder.code(&function)
        self = BusID(domain: domain, bus: bus, device: device, function: function)
    }
}
