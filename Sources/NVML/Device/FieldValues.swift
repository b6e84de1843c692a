import CNVML

struct FieldFunctions {
    let values: NVMLFunction<pfn_nvmlDeviceGetFieldValues>

    init(_ binder: inout SymbolBinder) {
        values = binder.optional("nvmlDeviceGetFieldValues")
    }
}

/// A reading that has a number instead of a function.
package struct NVMLField: Hashable, Sendable {
    /// NVML's field id.
    package let id: UInt32
    /// What it is read of: an NVLink's number for most link fields, 0 elsewhere.
    package let scope: UInt32

    /// A field by NVML's id, of the whole GPU unless a scope is given.
    package init(id: UInt32, scope: UInt32 = 0) {
        self.id = id
        self.scope = scope
    }

    /// Ids 251 to 273 have three meanings, by driver version within branches 570 to 580, and the wrong one reads without
    /// an error. Such a value is never believed.
    var hasStableMeaning: Bool { !(251...273).contains(id) }
}

/// A field's value, by the kind of number that the library says it is.
package enum NVMLNumber: Hashable, Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    case floating(Double)

    init?(_ value: nvmlValue_t, type: nvmlValueType_t) {
        switch type {
        case NVML_VALUE_TYPE_DOUBLE: self = .floating(value.dVal)
        case NVML_VALUE_TYPE_UNSIGNED_INT: self = .unsigned(UInt64(value.uiVal))
        case NVML_VALUE_TYPE_UNSIGNED_LONG: self = .unsigned(UInt64(value.ulVal))
        case NVML_VALUE_TYPE_UNSIGNED_LONG_LONG: self = .unsigned(value.ullVal)
        case NVML_VALUE_TYPE_SIGNED_LONG_LONG: self = .signed(value.sllVal)
        case NVML_VALUE_TYPE_SIGNED_INT: self = .signed(Int64(value.siVal))
        case NVML_VALUE_TYPE_UNSIGNED_SHORT: self = .unsigned(UInt64(value.usVal))
        default: return nil
        }
    }

    /// The value as an unsigned number; nil for negative ones and fractions.
    package var unsigned: UInt64? {
        switch self {
        case .unsigned(let value): value
        case .signed(let value): UInt64(exactly: value)
        case .floating(let value): UInt64(exactly: value)
        }
    }

    /// The value as a signed number; nil for what does not fit and for fractions.
    package var signed: Int64? {
        switch self {
        case .unsigned(let value): Int64(exactly: value)
        case .signed(let value): value
        case .floating(let value): Int64(exactly: value)
        }
    }
}

extension NVMLDevice {
    /// Fields per call. No limit is documented; a batch holds the driver for as long as it takes.
    private static let batchSize = 64

    /// Reads fields, each with its own result: an unknown one is not supported and does not spoil the others. An error of
    /// the whole call becomes the result of each. A value of a type that this binding does not know is `unreadableAnswer`.
    ///
    /// - Parameter each: gets the place in `fields` and the result, in order.
    package func readFields(_ fields: [NVMLField], each: (Int, Result<NVMLNumber, NVMLError>) -> Void) {
        var start = 0
        while start < fields.count {
            let end = min(start + Self.batchSize, fields.count)
            readBatch(fields[start..<end], each: each)
            start = end
        }
    }

    /// Reads fields; the results stand in the order of `fields`.
    package func fields(_ fields: [NVMLField]) -> [Result<NVMLNumber, NVMLError>] {
        var results: [Result<NVMLNumber, NVMLError>] = []
        results.reserveCapacity(fields.count)
        readFields(fields) { results.append($1) }
        return results
    }

    /// Reads one field.
    package func field(_ field: NVMLField) throws(NVMLError) -> NVMLNumber {
        var entry = nvmlFieldValue_t(field)
        try call(functions.pointee.fields.values) { $0(handle, 1, &entry) }
        return try number(entry).get()
    }

    /// Reads one field whose value is a natural number.
    package func unsignedField(_ field: NVMLField) throws(NVMLError) -> UInt64 {
        guard let value = try self.field(field).unsigned else { throw unreadable }
        return value
    }

    /// Reads one field whose value may be negative.
    package func signedField(_ field: NVMLField) throws(NVMLError) -> Int64 {
        guard let value = try self.field(field).signed else { throw unreadable }
        return value
    }

    private func readBatch(_ fields: ArraySlice<NVMLField>, each: (Int, Result<NVMLNumber, NVMLError>) -> Void) {
        withUnsafeTemporaryAllocation(of: nvmlFieldValue_t.self, capacity: fields.count) { entries in
            for (place, field) in fields.enumerated() {
                entries.initializeElement(at: place, to: nvmlFieldValue_t(field))
            }
            let function = functions.pointee.fields.values
            let code = answer(function) { $0(handle, Int32(fields.count), entries.baseAddress) }
            for (place, index) in fields.indices.enumerated() {
                each(index, code == .success ? number(entries[place]) : .failure(NVMLError(code, function.symbolIndex)))
            }
        }
    }

    private func number(_ entry: nvmlFieldValue_t) -> Result<NVMLNumber, NVMLError> {
        guard entry.nvmlReturn == NVML_SUCCESS else {
            let code = NVMLReturnCode(rawValue: entry.nvmlReturn)
            // A field that the driver is too old for, or the GPU, is an invalid argument to some of them.
            return .failure(
                NVMLError(
                    code == .invalidArgument ? .notSupported : code, functions.pointee.fields.values.symbolIndex))
        }
        guard NVMLField(id: entry.fieldId).hasStableMeaning,
            let number = NVMLNumber(entry.value, type: entry.valueType)
        else { return .failure(unreadable) }
        return .success(number)
    }

    private var unreadable: NVMLError {
        NVMLError(.unreadableAnswer, functions.pointee.fields.values.symbolIndex)
    }
}

extension nvmlFieldValue_t {
    /// An entry that reads as an error until the library has written it: a forgotten one must not be zero.
    fileprivate init(_ field: NVMLField) {
        self.init()
        fieldId = field.id
        scopeId = field.scope
        nvmlReturn = NVML_ERROR_UNKNOWN
    }
}
