/// A GPU, or a MIG device, of an `NVMLLibrary` that has been started.
///
/// A small value: a handle and where the functions are. It is valid until the library is stopped; afterwards its calls
/// answer `uninitialized` or `invalidArgument`.
package struct NVMLDevice: NVMLCaller, Hashable {
    let handle: OpaquePointer
    let functions: UnsafePointer<NVMLFunctions>
}
