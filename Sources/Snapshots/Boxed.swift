/// A part of a snapshot that lies apart from it, so that handing the snapshot on does not copy it.
///
/// A GPU's sections are a few kilobytes in all, with many strings; an answer hands a GPU on a dozen times.
@propertyWrapper package struct Boxed<Part: Sendable>: Sendable {
    private indirect enum Place: Sendable {
        case empty
        case part(Part)
    }

    private var place: Place

    package init(wrappedValue: Part?) {
        place = wrappedValue.map(Place.part) ?? .empty
    }

    private init(_ place: Place) { self.place = place }

    static var empty: Boxed { Boxed(.empty) }

    static func holding(_ part: consuming Part) -> Boxed { Boxed(.part(part)) }

    var isEmpty: Bool { if case .empty = place { true } else { false } }

    package var wrappedValue: Part? {
        get { if case .part(let part) = place { part } else { nil } }
        set { place = newValue.map(Place.part) ?? .empty }
    }
}

extension Boxed: Equatable where Part: Equatable {
    package static func == (left: Boxed, right: Boxed) -> Bool { left.wrappedValue == right.wrappedValue }
}
