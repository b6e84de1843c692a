import Foundation

/// The parameter types of NVML's functions, without names and spaces.
enum Signatures {
    /// Those that our header gives, by function.
    static func ours() throws -> [String: [String]] {
        let url = packageRoot.appendingPathComponent("Sources/CNVML/include/CNVMLFunctions.h")
        let text = try String(contentsOf: url, encoding: .utf8)
        var result: [String: [String]] = [:]
        for match in text.matches(of: /CNVML_FUNCTION\(\s*(nvml\w+),\s*([^)]*)\)/) {
            result[String(match.1)] = match.2.split(separator: ",").map { plain(String($0)) }
        }
        return result
    }

    /// Those that a vendor header declares, by function.
    static func declared(in header: String) -> [String: [String]] {
        // Comments hold declarations too.
        let text = header.replacing(/\/\*(?s:.*?)\*\//, with: "").replacing(/\/\/.*/, with: "")
        var result: [String: [String]] = [:]
        for match in text.matches(of: /DECLDIR\s+(nvml\w+)\s*\(([^)]*)\)/) {
            result[String(match.1)] = match.2.split(separator: ",").map { parameter in
                let words = parameter.trimmingCharacters(in: .whitespacesAndNewlines)
                return plain(words == "void" ? words : String(words.replacing(/\w+$/, with: "")))
            }
        }
        return result
    }

    /// A type under one name: the vendor's names without version stand for different versions by header.
    private static func plain(_ type: String) -> String {
        type.filter { !$0.isWhitespace }.replacing(/(?:V|_v\d+)?_t\b/, with: "_t")
    }
}
