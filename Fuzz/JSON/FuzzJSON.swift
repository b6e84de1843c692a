internal import JSON

/// Whatever parses must come back the same from its own text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let value = try? JSONParser.parse(UnsafeBufferPointer(start: bytes, count: count)) else { return 0 }
    var writer = JSONWriter()
    writer.object { $0.field("value", value) }
    let again = try? JSONParser.parse(writer.finish())
    precondition(again?["value"] == value, "a value changed when it was written and read again")
    _ = value.prettyPrinted()
    return 0
}
