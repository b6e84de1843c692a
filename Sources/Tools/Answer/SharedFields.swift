/// Fields that are the same on every GPU, taken out so that they are said once.
struct SharedFields {
    /// What holds for all GPUs; empty when there is only one.
    private(set) var shared: [Field] = []
    /// What is left of each GPU.
    private(set) var own: [[Field]]

    init(_ devices: [DeviceFields]) {
        own = devices.map(\.fields)
        guard devices.count > 1, let first = own.first else { return }
        var sharedPlaces: [[Int]] = Array(repeating: [], count: own.count)
        for (place, field) in first.enumerated() {
            guard let places = Self.places(of: field, near: place, in: own) else { continue }
            shared.append(field)
            for (device, place) in places.enumerated() { sharedPlaces[device].append(place) }
        }
        for device in own.indices { own[device] = Self.without(sharedPlaces[device], own[device]) }
    }

    /// Where each GPU has this very field; nil if one of them has it not. All GPUs list their fields in the same order, so
    /// it mostly stands in the same place.
    private static func places(of field: Field, near place: Int, in devices: [[Field]]) -> [Int]? {
        var places: [Int] = []
        places.reserveCapacity(devices.count)
        for fields in devices {
            let near = place < fields.count && fields[place].key == field.key
            guard let found = near ? place : fields.firstIndex(where: { $0.key == field.key }),
                fields[found].value == field.value
            else { return nil }
            places.append(found)
        }
        return places
    }

    private static func without(_ places: [Int], _ fields: [Field]) -> [Field] {
        guard !places.isEmpty else { return fields }
        var isShared = Array(repeating: false, count: fields.count)
        for place in places { isShared[place] = true }
        return zip(fields, isShared).filter { !$0.1 }.map(\.0)
    }
}
