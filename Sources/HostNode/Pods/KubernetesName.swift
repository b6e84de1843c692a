/// Names as Kubernetes allows them: whatever else stands in their place in a file name is not one.
enum KubernetesName {
    /// Lower-case letters, digits, dashes and dots, at most 253 (a DNS subdomain).
    static func isValid(_ name: some StringProtocol) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                Text.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
            }
    }

    /// Hexadecimal digits and dashes, as in uids and container ids.
    static func isID(_ name: some StringProtocol) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                Text.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
    }
}
