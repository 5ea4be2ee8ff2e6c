/// Up to 65,536 events as columns: what ingest fills, memory holds and a segment is written from.
///
/// Presence is not stored by column: each row names its *shape*, the set of columns it has.
/// A column holds values for the rows whose shape contains it, in row order and without gaps.
package struct EventBatch: Sendable {
    /// The most events of one batch.
    package static let maxRows = 65_536

    /// Event times in nanoseconds since the epoch, in order of arrival.
    package let times: [Int64]
    /// One sample rate per row, or `nil` when all are 1.
    package let sampleRates: [UInt32]?
    /// When the events were received.
    package let receiptTimes: ReceiptTimes
    /// The distinct sets of columns: ascending indexes into `columns`.
    package let shapes: [[UInt32]]
    /// The shape of each row: an index into `shapes`.
    package let shapeCodes: [UInt32]
    /// The columns, each (name, type) once, in no order.
    package let columns: [BatchColumn]

    package init(
        times: [Int64], sampleRates: [UInt32]?, receiptTimes: ReceiptTimes, shapes: [[UInt32]],
        shapeCodes: [UInt32], columns: [BatchColumn]
    ) {
        precondition(times.count == shapeCodes.count)
        precondition(sampleRates.map { $0.count == times.count } ?? true)
        self.times = times
        self.sampleRates = sampleRates
        self.receiptTimes = receiptTimes
        self.shapes = shapes
        self.shapeCodes = shapeCodes
        self.columns = columns
    }

    /// How many events there are.
    package var rowCount: Int { times.count }
}

/// The times of receipt of a batch: one for all rows, or one each after a merge.
package enum ReceiptTimes: Sendable {
    case constant(Int64)
    case each([Int64])
}

/// One physical column of a batch.
package struct BatchColumn: Sendable {
    package let name: String
    package let type: ColumnType
    package let values: BatchValues

    package init(name: String, type: ColumnType, values: BatchValues) {
        self.name = name
        self.type = type
        self.values = values
    }
}

/// The values of a column for the rows that have it, densely, in row order.
package enum BatchValues: Sendable {
    /// 0 or 1 each.
    case bools([UInt8])
    case ints([Int64])
    case doubles([Double])
    /// Strings as codes into a dictionary in order of first appearance.
    case codes(StringDictionary, PackedCodes)
    /// Strings that are all lower-case hexadecimal of one even length: `width` bytes each,
    /// two digits a byte.
    case hex(width: Int, [UInt8])
    /// Strings one after the other; `ends[i]` is where value i ends in the bytes.
    case plain(ends: [UInt32], bytes: [UInt8])
}

/// Codes in the narrowest of three widths.
package enum PackedCodes: Sendable {
    case bytes([UInt8])
    case shorts([UInt16])
    case words([UInt32])

    package var count: Int {
        switch self {
        case .bytes(let codes): codes.count
        case .shorts(let codes): codes.count
        case .words(let codes): codes.count
        }
    }
}

/// Distinct strings, numbered from 0; shared by the batches that were coded with it.
package final class StringDictionary: Sendable {
    /// Where each string ends in `bytes`.
    package let ends: [UInt32]
    /// The strings' UTF-8, one after the other.
    package let bytes: [UInt8]

    package init(ends: [UInt32], bytes: [UInt8]) {
        self.ends = ends
        self.bytes = bytes
    }

    package var count: Int { ends.count }
}
