/// The Xid catalogue, with the decoding of NVLink5 errors.
///
/// A value that its owner makes once and passes on; making it reads no strings and takes well under a millisecond.
package struct XidCatalog: Sendable {
    private let table: TSVTable
    /// Decodes the words of Xid 144 to 150.
    package let nvlink5: NVLink5Decoder

    package init() {
        table = TSVTable(.xid)
        nvlink5 = NVLink5Decoder()
    }

    /// What is known about a number. A number that is not in the catalogue gets an entry that says so.
    package func entry(_ number: UInt32) -> XidEntry {
        table.columns(of: number).flatMap(XidEntry.init(columns:)) ?? XidEntry(unknown: number)
    }

    /// Every number of the catalogue, ascending.
    package var numbers: [UInt32] { table.rows.map(\.number) }
}
