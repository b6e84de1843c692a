/// Looks the functions up, newest name first, and keeps the books: which names were asked for, which were found.
struct SymbolBinder {
    private let lookup: (String) -> UnsafeMutableRawPointer?

    /// Every name asked for so far. Names after the found one count too, so that an index means the same name whatever
    /// the library has.
    private(set) var symbols: [NVMLSymbol] = []

    /// The names that were found and are used.
    private(set) var bound: [String] = []

    /// The first required name that was not found.
    private(set) var missingRequired: String?

    init(lookup: @escaping (String) -> UnsafeMutableRawPointer?) {
        self.lookup = lookup
        symbols.reserveCapacity(128)
        bound.reserveCapacity(128)
    }

    /// Binds the first of the candidates that the library has. They must all have the signature `Signature`.
    mutating func optional<Signature>(_ candidates: NVMLSymbol...) -> NVMLFunction<Signature> {
        firstFound(candidates)
    }

    private mutating func firstFound<Signature>(_ candidates: [NVMLSymbol]) -> NVMLFunction<Signature> {
        let first = UInt32(symbols.count + 1)
        symbols.append(contentsOf: candidates)
        for (offset, candidate) in candidates.enumerated() {
            guard let address = lookup(candidate.name) else { continue }
            bound.append(candidate.name)
            // A C function pointer and a data pointer have the same size on every platform that has dlsym.
            return NVMLFunction(
                address: unsafeBitCast(address, to: Signature.self), symbolIndex: first + UInt32(offset))
        }
        return NVMLFunction(address: nil, symbolIndex: first)
    }

    /// Whether the library has a name. Of names that nobody calls this tells which library it is.
    func exports(_ name: String) -> Bool { lookup(name) != nil }

    /// As `optional`, and notes the newest name as missing when none is found.
    mutating func required<Signature>(_ candidates: NVMLSymbol...) -> NVMLFunction<Signature> {
        let function: NVMLFunction<Signature> = firstFound(candidates)
        if function.address == nil, missingRequired == nil {
            missingRequired = candidates.first?.name
        }
        return function
    }
}
