extension HostPCIDevice: SnapshotCodable {
    package init() { self.init(busID: BusID(), kind: .gpu, deviceID: 0) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&busID)
        var word = kind.rawValue
        try coder.code(&word)
        guard let kind = Kind(rawValue: word) else { throw .malformed }
        self.kind = kind
        try coder.code(&deviceID)
        try coder.code(&driver)
        try coder.code(&numaNode)
        try coder.code(&powerState)
        try coder.code(&isConfigurationAllOnes)
        try coder.code(&link)
        try coder.code(&errors)
        try coder.code(&upstream)
        try coder.code(&path)
        try coder.code(&rootComplex)
    }
}

extension HostPCIPort: SnapshotCodable {
    package init() { self.init(busID: BusID(), link: HostPCILink(), errors: HostPCIErrors()) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&busID)
        try coder.code(&link)
        try coder.code(&errors)
    }
}

extension HostPCILink: SnapshotCodable {
    package init() { self.init(currentWidth: .unavailable(.notRead)) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&currentWidth)
        try coder.code(&maximumWidth)
    }
}

extension HostPCIErrors: SnapshotCodable {
    package init() { self.init(correctable: .unavailable(.notRead)) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&correctable)
        try coder.code(&nonFatal)
        try coder.code(&fatal)
    }
}

extension HostPCIErrors.Counters: SnapshotCodable {
    package init() { self.init(total: 0, nonzero: []) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&total)
        try coder.code(&nonzero)
    }
}

extension HostPCIErrors.Counter: SnapshotCodable {
    package init() { self.init(name: "", count: 0) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&name)
        try coder.code(&count)
    }
}
