/// A function that this binding looks up in the library, by its exported name.
package struct NVMLSymbol: Hashable, Sendable {
    /// The exported name, with its version suffix.
    package let name: String

    /// The first driver branch whose library has it (570 for 570.x); 0 for branches before 450, which are not told
    /// apart. From the CUDA headers of each branch and the exports of the vendor's 535 and 550 libraries.
    package let sinceBranch: Int

    /// A symbol that came with a known driver branch.
    static func since(_ branch: Int, _ name: String) -> NVMLSymbol {
        NVMLSymbol(name: name, sinceBranch: branch)
    }

    /// Every symbol that is ever looked up, in the order of their indices (the first has index 1).
    package static let all: [NVMLSymbol] = {
        var binder = SymbolBinder { _ in nil }
        _ = NVMLFunctions(&binder, currentCall: nil)
        return binder.symbols
    }()

    /// The name for an index, as it stands in `NVMLError` and in the current-call word; nil for 0 (no call) and for
    /// numbers that are no index.
    package static func name(at index: UInt32) -> String? {
        guard index >= 1, index <= all.count else { return nil }
        return all[Int(index) - 1].name
    }
}

extension NVMLSymbol: ExpressibleByStringLiteral {
    package init(stringLiteral name: String) {
        self.init(name: name, sinceBranch: 0)
    }
}
