internal import SkepColumns

extension EventBatch {
    /// About how many bytes the batch occupies in memory, its dictionaries included.
    var memoryBytes: Int {
        columns.reduce(rowBytes) { $0 + $1.values.memoryBytes + Self.allocationBytes }
    }

    /// What a column costs besides its values: arrays, name, entry.
    private static let allocationBytes = 160

    private var rowBytes: Int {
        var bytes = rowCount * (8 + 4)
        if sampleRates != nil { bytes += rowCount * 4 }
        if case .each = receiptTimes { bytes += rowCount * 8 }
        return bytes + shapes.reduce(0) { $0 + $1.count * 4 + Self.allocationBytes }
    }

    /// The first and the last time of receipt; `nil` for no rows.
    var receiptRange: ClosedRange<Int64>? {
        switch receiptTimes {
        case .constant(let time): return rowCount == 0 ? nil : time...time
        case .each(let times):
            guard let least = times.min(), let greatest = times.max() else { return nil }
            return least...greatest
        }
    }
}

extension BatchValues {
    fileprivate var memoryBytes: Int {
        switch self {
        case .bools(let values): values.count
        case .ints(let values): values.count * 8
        case .doubles(let values): values.count * 8
        case .codes(let dictionary, let codes):
            codes.memoryBytes + dictionary.bytes.count + dictionary.count * 4
        case .hex(_, let bytes): bytes.count
        case .plain(let ends, let bytes): ends.count * 4 + bytes.count
        }
    }
}

extension PackedCodes {
    fileprivate var memoryBytes: Int {
        switch self {
        case .bytes(let codes): codes.count
        case .shorts(let codes): codes.count * 2
        case .words(let codes): codes.count * 4
        }
    }
}
