/// What is known about the values of a column in one block without reading them.
package struct ColumnZone: Sendable, Hashable {
    /// Values, that is rows of the block with the column; at least 1.
    package let valueCount: Int
    /// The least integer, bool (0 or 1) or dictionary code; 0 for other columns.
    package let minInt: Int64
    /// The greatest integer, bool or dictionary code; 0 for other columns.
    package let maxInt: Int64
    /// The least double, NaN aside; above `maxDouble` when there is none but NaN.
    package let minDouble: Double
    /// The greatest double, NaN aside.
    package let maxDouble: Double
    /// Whether all values are the same, bit for bit.
    package let isConstant: Bool
    /// Whether every row of the block has the column.
    package let isFullyPresent: Bool

    package init(
        valueCount: Int, minInt: Int64 = 0, maxInt: Int64 = 0, minDouble: Double = 0,
        maxDouble: Double = 0, isConstant: Bool, isFullyPresent: Bool
    ) {
        self.valueCount = valueCount
        self.minInt = minInt
        self.maxInt = maxInt
        self.minDouble = minDouble
        self.maxDouble = maxDouble
        self.isConstant = isConstant
        self.isFullyPresent = isFullyPresent
    }
}
