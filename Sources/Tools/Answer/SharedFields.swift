/// Fields that are the same on every GPU, taken out so that they are said once.
struct SharedFields {
    /// What holds for all GPUs; empty when there is only one.
    private(set) var shared: [Field] = []
    /// What is left of each GPU.
    private(set) var own: [[Field]]

    init(_ devices: [DeviceFields]) {
        own = devices.map(\.fields)
        guard devices.count > 1, let first = own.first else { return }
        shared = first.enumerated().filter { place, field in
            own.dropFirst().allSatisfy { Self.has(field, near: place, in: $0) }
        }.map(\.element)
        guard !shared.isEmpty else { return }
        for device in own.indices { own[device] = Self.without(shared, own[device]) }
    }

    /// All GPUs list their fields in the same order, so a field mostly stands in the same place.
    private static func has(_ field: Field, near place: Int, in fields: [Field]) -> Bool {
        if place < fields.count, fields[place].key == field.key { return fields[place].value == field.value }
        return fields.contains(field)
    }

    /// Takes out the shared fields, which a GPU has in the same order as all others.
    private static func without(_ shared: [Field], _ fields: [Field]) -> [Field] {
        var rest: [Field] = []
        rest.reserveCapacity(fields.count - shared.count)
        var next = shared.makeIterator()
        var wanted = next.next()
        for field in fields {
            if let key = wanted?.key, key == field.key { wanted = next.next() } else { rest.append(field) }
        }
        return rest
    }
}
