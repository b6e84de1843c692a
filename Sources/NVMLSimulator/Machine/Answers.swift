internal import CNVML
internal import Scenarios

/// A call that needs nothing but an initialised library.
@inline(__always)
func onNode(_ call: NVMLCall, _ body: (SimulatedNode) -> nvmlReturn_t) -> nvmlReturn_t {
    guard let node = simulator.node else { return NVML_ERROR_UNINITIALIZED }
    if let code = node.faults.pass(call) { return code }
    return body(node)
}

/// A call about one GPU.
@inline(__always)
func onDevice(
    _ call: NVMLCall, _ handle: nvmlDevice_t?, _ body: (SimulatedDevice) -> nvmlReturn_t
) -> nvmlReturn_t {
    guard let node = simulator.node else { return NVML_ERROR_UNINITIALIZED }
    guard let device = node.device(handle) else { return NVML_ERROR_INVALID_ARGUMENT }
    if let code = node.faults.pass(call) ?? device.faults.pass(call) { return code }
    return body(device)
}

/// A call about a GPU or about a MIG device of it.
func onAnyDevice(
    _ call: NVMLCall, _ handle: nvmlDevice_t?, _ body: (SimulatedDevice, SimulatedMIGDevice?) -> nvmlReturn_t
) -> nvmlReturn_t {
    guard let node = simulator.node else { return NVML_ERROR_UNINITIALIZED }
    let mig = node.mig(handle, .migDevice)
    guard let device = mig?.device ?? node.device(handle) else { return NVML_ERROR_INVALID_ARGUMENT }
    if let code = node.faults.pass(call) ?? device.faults.pass(call) { return code }
    return body(device, mig?.mig)
}

/// A call that gives one number of a GPU.
@inline(__always)
func readNumber<Number: FixedWidthInteger>(
    _ call: NVMLCall, _ handle: nvmlDevice_t?, _ out: UnsafeMutablePointer<Number>?,
    _ pick: (SimulatedDevice) -> NumericReading
) -> nvmlReturn_t {
    onDevice(call, handle) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(pick(device), out)
    }
}

/// A call that gives one text of a GPU.
@inline(__always)
func readText(
    _ call: NVMLCall, _ handle: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32,
    _ pick: (SimulatedDevice) -> TextReading
) -> nvmlReturn_t {
    onDevice(call, handle) { put(pick($0), out, length) }
}

extension Signal {
    /// The value at this moment.
    @inline(__always)
    var now: Int64 { moves ? value(at: simulator.uninitialisedNode?.clock.seconds ?? 0) : start }
}

/// Writes a reading, or says why there is none.
@inline(__always)
func put<Number: FixedWidthInteger>(
    _ reading: NumericReading, _ out: UnsafeMutablePointer<Number>
) -> nvmlReturn_t {
    switch reading {
    case .value(let signal):
        out.pointee = Number(truncatingIfNeeded: signal.now)
        return NVML_SUCCESS
    case .absent: return NVML_ERROR_NOT_SUPPORTED
    case .failed(let code): return code.rawValue
    }
}

/// Copies a text with its NUL.
func put(_ reading: TextReading, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32) -> nvmlReturn_t {
    guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
    switch reading {
    case .value(let text):
        guard text.bytes.count <= length else { return NVML_ERROR_INSUFFICIENT_SIZE }
        text.bytes.withUnsafeBytes {
            UnsafeMutableRawPointer(out).copyMemory(from: $0.baseAddress ?? .init(out), byteCount: $0.count)
        }
        return NVML_SUCCESS
    case .absent: return NVML_ERROR_NOT_SUPPORTED
    case .failed(let code): return code.rawValue
    }
}

/// Writes a list by NVML's rule: the count is always the true one, and too small a list gets nothing else.
func put<Element>(
    _ list: [Element], _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<Element>?
) -> nvmlReturn_t {
    guard let count else { return NVML_ERROR_INVALID_ARGUMENT }
    let room = count.pointee
    count.pointee = UInt32(list.count)
    guard room >= list.count else { return NVML_ERROR_INSUFFICIENT_SIZE }
    guard !list.isEmpty else { return NVML_SUCCESS }
    guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
    for (position, element) in list.enumerated() { out[position] = element }
    return NVML_SUCCESS
}

/// Several readings that one structure holds: the first one without a value decides.
func all(_ readings: NumericReading..., body: ([Int64]) -> Void) -> nvmlReturn_t {
    var values: [Int64] = []
    for reading in readings {
        switch reading {
        case .value(let signal): values.append(signal.now)
        case .absent: return NVML_ERROR_NOT_SUPPORTED
        case .failed(let code): return code.rawValue
        }
    }
    body(values)
    return NVML_SUCCESS
}

extension NumericReading {
    /// The value at this moment, 0 where there is none; for parts of a structure that cannot say so.
    var orZero: Int64 { value?.now ?? 0 }
}
