import CNVML

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Something that calls into the library: the library itself, a device.
protocol NVMLCaller {
    var functions: UnsafePointer<NVMLFunctions> { get }
}

extension NVMLCaller {
    /// Runs one call and gives its answer; a function that the library lacks answers `functionNotFound`.
    ///
    /// The two plain stores around the call let a process that shares the word say where the driver hung or crashed.
    @inline(__always)
    func answer<Signature>(
        _ function: NVMLFunction<Signature>, _ body: (Signature) -> nvmlReturn_t
    ) -> NVMLReturnCode {
        guard let address = function.address else { return .functionNotFound }
        let word = functions.pointee.currentCall
        word.pointee = function.symbolIndex
        let code = body(address)
        word.pointee = 0
        return NVMLReturnCode(rawValue: code)
    }

    /// Runs one call; everything but success is an error.
    @inline(__always)
    func call<Signature>(
        _ function: NVMLFunction<Signature>, _ body: (Signature) -> nvmlReturn_t
    ) throws(NVMLError) {
        let code = answer(function, body)
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
    }

    /// Runs a call about one of several things that a device may have: a counter, a place, a threshold.
    ///
    /// To some drivers one that the device has not is an invalid argument, which then means not supported. Calls without
    /// such a choice keep the error, so that a handle that has become invalid is not taken for a device that has nothing.
    @inline(__always)
    func call<Signature>(
        choosing function: NVMLFunction<Signature>, _ body: (Signature) -> nvmlReturn_t
    ) throws(NVMLError) {
        let code = answer(function, body)
        guard code != .success else { return }
        throw NVMLError(code == .invalidArgument ? .notSupported : code, function.symbolIndex)
    }

    /// Runs a call that fills a text buffer; 128 bytes are more than any of NVML's fixed texts needs.
    ///
    /// The text ends at its first NUL, or with the buffer where the library forgot it. Bytes that are no UTF-8 become
    /// replacement characters.
    func text<Signature>(
        _ function: NVMLFunction<Signature>, _ body: (Signature, UnsafeMutablePointer<CChar>?, UInt32) -> nvmlReturn_t
    ) throws(NVMLError) -> String {
        let capacity: UInt32 = 128
        var code = NVMLReturnCode.success
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(capacity)) { buffer in
            buffer.initialize(repeating: 0)
            code = answer(function) { body($0, buffer.baseAddress, capacity) }
            return code == .success ? String(terminatedIn: UnsafeRawBufferPointer(buffer)) : ""
        }
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
        return text
    }
}

extension String {
    /// The text up to the first NUL, or all of it if there is none.
    init(terminatedIn bytes: UnsafeRawBufferPointer) {
        let length = bytes.baseAddress.map { strnlen($0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? 0
        self.init(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<length]), as: UTF8.self)
    }
}
