import Foundation
import TestSupport
import Testing

/// What our header defines, as far as another header knows it, in the form of C expressions.
struct NameList {
    let structures: [String]
    let allStructures: Int
    let expressions: [String]

    init(knownTo other: String) throws {
        let types = try Self.read("CNVMLTypes.h")
        let words = Set(other.split { !($0.isLetter || $0.isNumber || $0 == "_") })
        let all = Self.structures(in: types)
        let known = all.filter { words.contains(Substring($0.name)) }
        structures = known.map(\.name)
        allStructures = all.filter { !$0.name.hasPrefix("cnvml_") }.count
        var expressions: [String] = []
        for structure in known {
            expressions.append("sizeof(\(structure.name))")
            for field in structure.fields where words.contains(Substring(field)) {
                expressions.append("offsetof(\(structure.name), \(field))")
                expressions.append("sizeof(((\(structure.name) *)0)->\(field))")
            }
        }
        for file in ["CNVMLTypes.h", "CNVMLConstants.h", "CNVMLFields.h"] {
            expressions += Self.constants(in: try Self.read(file)).filter { words.contains(Substring($0)) }
        }
        self.expressions = expressions
    }

    /// The value of each expression with a header, as the C compiler sees it.
    func measure(header: String) throws -> [String: String] {
        let base = testCache.appendingPathComponent("measure-\(UUID().uuidString)").path
        defer { for path in [base, base + ".c"] { try? FileManager.default.removeItem(atPath: path) } }
        let lines = expressions.map { "    printf(\"%s\\t%llx\\n\", \"\($0)\", (unsigned long long)(\($0)));" }
        let program =
            "#include <stddef.h>\n#include <stdio.h>\n#include \"\(header)\"\nint main(void) {\n"
            + lines.joined(separator: "\n") + "\n}\n"
        try program.write(toFile: base + ".c", atomically: true, encoding: .utf8)
        let compiled = try ChildProcess.run(["cc", "-std=c11", "-w", base + ".c", "-o", base])
        try #require(compiled.status == 0, "\(compiled.output.prefix(2000))")
        var values: [String: String] = [:]
        for line in try ChildProcess.run([base]).output.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            values[String(parts[0])] = String(parts[1])
        }
        return values
    }

    private static func read(_ file: String) throws -> String {
        let url = packageRoot.appendingPathComponent("Sources/CNVML/include/\(file)")
        return try String(contentsOf: url, encoding: .utf8)
    }

    private static func structures(in text: String) -> [(name: String, fields: [String])] {
        text.matches(of: /typedef (?:struct|union) \{([^}]*)\} (\w+);/).map { match in
            let fields = match.1.matches(of: /(\w+)(?:\[\w+\])?;/).map { String($0.1) }
            return (String(match.2), fields)
        }
    }

    private static func constants(in text: String) -> [String] {
        text.matches(of: /#define (\w+) [0-9]\w*/).map { String($0.1) }
    }
}
