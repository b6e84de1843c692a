internal import HTTPTypes

/// A request's headers, taken over once; the same questions can be asked of it as of `HTTPFields`, which looks each time
/// through all of them and copies what it finds.
struct RequestHeaders {
    private let fields: [(name: String, value: String)]

    init(_ fields: HTTPFields) {
        self.fields = fields.map { ($0.name.canonicalName, $0.value) }
    }

    /// The value of a header; those of several with the same name are put together with commas.
    subscript(_ name: HTTPField.Name) -> String? {
        let key = name.canonicalName
        guard let first = fields.firstIndex(where: { $0.name == key }) else { return nil }
        let rest = fields[(first + 1)...].filter { $0.name == key }
        return rest.isEmpty
            ? fields[first].value : ([fields[first]] + rest).map(\.value).joined(separator: ", ")
    }

    /// The values of all headers of this name.
    subscript(values name: HTTPField.Name) -> [String] {
        let key = name.canonicalName
        return fields.filter { $0.name == key }.map(\.value)
    }

    /// How many headers have this name.
    func count(of name: HTTPField.Name) -> Int {
        let key = name.canonicalName
        return fields.reduce(0) { $1.name == key ? $0 + 1 : $0 }
    }
}
