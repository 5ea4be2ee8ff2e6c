internal import SkepColumns

/// About how many bytes some batches occupy in memory; dictionaries that they share count once.
struct BatchMemory {
    /// What a column costs besides its values: arrays, name, entry.
    private static let columnBytes = 160
    private static let shapeBytes = 48

    private(set) var bytes = 0
    private var dictionaries: Set<ObjectIdentifier> = []

    /// Adds a batch.
    mutating func add(_ batch: EventBatch) {
        bytes += batch.rowCount * (8 + 4)
        if batch.sampleRates != nil { bytes += batch.rowCount * 4 }
        if case .each = batch.receiptTimes { bytes += batch.rowCount * 8 }
        bytes += batch.shapes.reduce(0) { $0 + $1.count * 4 + Self.shapeBytes }
        for column in batch.columns { bytes += Self.columnBytes + valueBytes(column.values) }
    }

    private mutating func valueBytes(_ values: BatchValues) -> Int {
        switch values {
        case .bools(let values): return values.count
        case .ints(let values): return values.count * 8
        case .doubles(let values): return values.count * 8
        case .codes(let dictionary, let codes):
            guard dictionaries.insert(ObjectIdentifier(dictionary)).inserted else {
                return codes.memoryBytes
            }
            return codes.memoryBytes + dictionary.bytes.count + dictionary.count * 4
        case .hex(_, let bytes): return bytes.count
        case .plain(let ends, let bytes): return ends.count * 4 + bytes.count
        }
    }
}

extension EventBatch {
    /// About how many bytes the batch occupies in memory, its dictionaries included.
    var memoryBytes: Int {
        var memory = BatchMemory()
        memory.add(self)
        return memory.bytes
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

extension PackedCodes {
    fileprivate var memoryBytes: Int {
        switch self {
        case .bytes(let codes): codes.count
        case .shorts(let codes): codes.count * 2
        case .words(let codes): codes.count * 4
        }
    }
}
