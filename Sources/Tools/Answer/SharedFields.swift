/// Fields that are the same on every GPU, taken out so that they are said once.
struct SharedFields {
    /// What holds for all GPUs; empty when there is only one.
    private(set) var shared: [Field] = []
    /// What is left of each GPU.
    private(set) var own: [[Field]]

    init(_ devices: [DeviceFields]) {
        own = devices.map(\.fields)
        guard devices.count > 1, let first = own.first else { return }
        for field in first where own.dropFirst().allSatisfy({ Self.contains(field, in: $0) }) { shared.append(field) }
        guard !shared.isEmpty else { return }
        for index in own.indices { own[index].removeAll { field in shared.contains { $0.key == field.key } } }
    }

    private static func contains(_ field: Field, in fields: [Field]) -> Bool {
        fields.first { $0.key == field.key }?.value == field.value
    }
}
