internal import SkepModel

/// The bytes of one column, ready to be written; offsets count from the start of its bytes.
///
/// - Note: Unchecked sendable: one thread fills it, and another writes it after that.
final class EncodedColumn: @unchecked Sendable {
    let bytes = PayloadBuffer(capacity: 65_536)
    var blocks: [BlockEntry] = []
    var form = ColumnEntry.Form.none
    var shape: HexText.Shape?
    /// The column that blocks refer to, by its position among those of the segment.
    var referenced: Int?
    var dictionary: Range<Int>?
    var dictionaryCount = 0
    /// The value of each shape's rows, when shapes determine the values: there are no blocks.
    var shapeValues: [UInt64]?
    /// Why the column cannot be stored.
    var failure: SkepError?

    /// Some of the bytes.
    func slice(_ offset: UInt64, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes.bytes[Int(offset)..<Int(offset) + count])
    }
}
