public import CNVML
internal import Scenarios

@_cdecl("nvmlInit_v2")
public func nvmlInitV2() -> nvmlReturn_t { simulator.initialise(attachAll: false) }

@_cdecl("nvmlInit")
public func nvmlInit() -> nvmlReturn_t { simulator.initialise(attachAll: true) }

@_cdecl("nvmlInitWithFlags")
public func nvmlInitWithFlags(_ flags: UInt32) -> nvmlReturn_t { simulator.initialise(attachAll: false) }

@_cdecl("nvmlShutdown")
public func nvmlShutdown() -> nvmlReturn_t { simulator.shutDown() }

@_cdecl("nvmlErrorString")
public func nvmlErrorString(_ code: nvmlReturn_t) -> UnsafePointer<CChar>? {
    let known = ReturnCode.known.first { $0.code == code }
    let text: StaticString = known?.text ?? "Unknown Error"
    // A static string ends with a NUL and lives as long as the library.
    return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
