package import SkepModel

/// The values of one column in one block, densely: value i belongs to the i-th present row.
///
/// - Note: Belongs to one thread, like the block reader it comes from.
package final class ColumnChunk {
    /// How many values there are.
    package let valueCount: Int
    /// What the directory says about the values.
    package let zone: ColumnZone
    private let makePresence: () throws(SkepError) -> Presence

    init(zone: ColumnZone, makePresence: @escaping () throws(SkepError) -> Presence) {
        valueCount = zone.valueCount
        self.zone = zone
        self.makePresence = makePresence
    }

    /// Whether all values are the same.
    package var isConstant: Bool { zone.isConstant }

    /// Which rows have the column; decoded at the first call.
    package var presence: Presence { get throws(SkepError) { try makePresence() } }

    /// Decodes integers; `into` has room for 32 more than asked for.
    package func ints(_ values: Range<Int>, into: UnsafeMutablePointer<Int64>) throws(SkepError) {
        throw wrongKind("integers")
    }

    /// Decodes doubles; `into` has room for 32 more than asked for.
    package func doubles(
        _ values: Range<Int>, into: UnsafeMutablePointer<Double>
    ) throws(SkepError) {
        throw wrongKind("doubles")
    }

    /// Decodes bools as 0 and 1; `into` has room for 32 more than asked for.
    package func bools(_ values: Range<Int>, into: UnsafeMutablePointer<UInt8>) throws(SkepError) {
        throw wrongKind("bools")
    }

    /// Decodes dictionary codes; `into` has room for 32 more than asked for.
    package func codes(_ values: Range<Int>, into: UnsafeMutablePointer<UInt32>) throws(SkepError) {
        throw wrongKind("codes")
    }

    /// The binary bytes of values of the form `hex`, `width` each.
    package func hexBytes(_ values: Range<Int>) throws(SkepError) -> UnsafeRawPointer {
        throw wrongKind("hexadecimal strings")
    }

    /// Decodes the texts of values of the form `plain`.
    package func strings(_ values: Range<Int>, into: StringVector) throws(SkepError) {
        throw wrongKind("plain strings")
    }

    private func wrongKind(_ asked: String) -> SkepError {
        SkepError(.internalFault, "the column does not hold \(asked)")
    }
}
