package import SkepColumns
internal import SkepModel

/// Divides batches by UTC day: a segment never holds two.
package enum DaySplit {
    /// The rows of each day as a batch of their own, in order of arrival; dictionaries are
    /// shared, not copied.
    ///
    /// - Complexity: O(rows) when all are of one day, else O(rows × columns).
    package static func split(_ batch: EventBatch) -> [(day: Int, batch: EventBatch)] {
        guard let least = batch.times.min(), let greatest = batch.times.max() else { return [] }
        let first = CalendarTime.day(of: least)
        if first == CalendarTime.day(of: greatest) { return [(first, batch)] }
        var ordinals: [Int: Int] = [:]
        var days: [Int] = []
        var parts: [UInt32] = []
        parts.reserveCapacity(batch.rowCount)
        for time in batch.times {
            let day = CalendarTime.day(of: time)
            let known = ordinals[day]
            let ordinal = known ?? days.count
            if known == nil {
                ordinals[day] = ordinal
                days.append(day)
            }
            parts.append(UInt32(truncatingIfNeeded: ordinal))
        }
        let batches = BatchDivider(batch, parts: parts, partCount: days.count).divide()
        return zip(days, batches).map { (day: $0, batch: $1) }.sorted { $0.day < $1.day }
    }
}

/// Copies the rows of a batch into several, by a part number per row.
private struct BatchDivider {
    private let batch: EventBatch
    private let parts: [UInt32]
    private let partCount: Int

    init(_ batch: EventBatch, parts: [UInt32], partCount: Int) {
        self.batch = batch
        self.parts = parts
        self.partCount = partCount
    }

    func divide() -> [EventBatch] {
        let times = scatter(batch.times, to: parts)
        let rates = batch.sampleRates.map { scatter($0, to: parts) }
        let receipts: [ReceiptTimes]
        switch batch.receiptTimes {
        case .constant: receipts = Array(repeating: batch.receiptTimes, count: partCount)
        case .each(let values): receipts = scatter(values, to: parts).map { .each($0) }
        }
        let shapeCodes = scatter(batch.shapeCodes, to: parts)
        let columns = divideColumns()
        return (0..<partCount).map { part in
            let (shapes, codes) = Self.usedShapes(
                batch.shapes, codes: shapeCodes[part], columnPlaces: columns[part].places)
            return EventBatch(
                times: times[part], sampleRates: rates?[part], receiptTimes: receipts[part],
                shapes: shapes, shapeCodes: codes, columns: columns[part].columns)
        }
    }

    /// The columns of each part, without those it has no values of, and where each went.
    private func divideColumns() -> [(columns: [BatchColumn], places: [UInt32?])] {
        var divided = Array(
            repeating: (
                columns: [BatchColumn](),
                places: [UInt32?](repeating: nil, count: batch.columns.count)
            ), count: partCount)
        var shapesWithColumn = Array(
            repeating: [Bool](repeating: false, count: batch.shapes.count),
            count: batch.columns.count)
        for (shape, columns) in batch.shapes.enumerated() {
            for column in columns { shapesWithColumn[Int(column)][shape] = true }
        }
        for (index, column) in batch.columns.enumerated() {
            let isMember = shapesWithColumn[index]
            var valueParts: [UInt32] = []
            for row in 0..<batch.rowCount where isMember[Int(batch.shapeCodes[row])] {
                valueParts.append(parts[row])
            }
            for (part, values) in divide(column.values, by: valueParts).enumerated()
            where values.count > 0 {
                divided[part].places[index] = UInt32(
                    truncatingIfNeeded: divided[part].columns.count)
                divided[part].columns.append(
                    BatchColumn(name: column.name, type: column.type, values: values))
            }
        }
        return divided
    }

    private func divide(_ values: BatchValues, by valueParts: [UInt32]) -> [BatchValues] {
        switch values {
        case .bools(let all): return scatter(all, to: valueParts).map { .bools($0) }
        case .ints(let all): return scatter(all, to: valueParts).map { .ints($0) }
        case .doubles(let all): return scatter(all, to: valueParts).map { .doubles($0) }
        case .codes(let dictionary, .bytes(let all)):
            return scatter(all, to: valueParts).map { .codes(dictionary, .bytes($0)) }
        case .codes(let dictionary, .shorts(let all)):
            return scatter(all, to: valueParts).map { .codes(dictionary, .shorts($0)) }
        case .codes(let dictionary, .words(let all)):
            return scatter(all, to: valueParts).map { .codes(dictionary, .words($0)) }
        case .hex(let width, let bytes):
            return scatterBytes(
                valueParts, bytes: bytes, range: { $0 * width..<($0 + 1) * width }
            ).map { .hex(width: width, $0.bytes) }
        case .plain(let ends, let bytes):
            return scatterBytes(
                valueParts, bytes: bytes,
                range: { ($0 == 0 ? 0 : Int(ends[$0 - 1]))..<Int(ends[$0]) }
            ).map { .plain(ends: $0.ends, bytes: $0.bytes) }
        }
    }

    private func scatter<Element>(_ values: [Element], to valueParts: [UInt32]) -> [[Element]] {
        var divided = [[Element]](repeating: [], count: partCount)
        for (value, part) in zip(values, valueParts) { divided[Int(part)].append(value) }
        return divided
    }

    private func scatterBytes(
        _ valueParts: [UInt32], bytes: [UInt8], range: (Int) -> Range<Int>
    ) -> [(ends: [UInt32], bytes: [UInt8])] {
        var divided = [(ends: [UInt32], bytes: [UInt8])](
            repeating: ([], []), count: partCount)
        for (index, part) in valueParts.enumerated() {
            divided[Int(part)].bytes.append(contentsOf: bytes[range(index)])
            divided[Int(part)].ends.append(
                UInt32(truncatingIfNeeded: divided[Int(part)].bytes.count))
        }
        return divided
    }

    /// The shapes that rows have, in terms of the part's own columns.
    private static func usedShapes(
        _ shapes: [[UInt32]], codes: [UInt32], columnPlaces: [UInt32?]
    ) -> ([[UInt32]], [UInt32]) {
        var places = [UInt32?](repeating: nil, count: shapes.count)
        var used: [[UInt32]] = []
        let newCodes = codes.map { code in
            if let place = places[Int(code)] { return place }
            let place = UInt32(truncatingIfNeeded: used.count)
            places[Int(code)] = place
            used.append(shapes[Int(code)].compactMap { columnPlaces[Int($0)] })
            return place
        }
        return (used, newCodes)
    }
}

extension BatchValues {
    /// How many values there are.
    fileprivate var count: Int {
        switch self {
        case .bools(let values): values.count
        case .ints(let values): values.count
        case .doubles(let values): values.count
        case .codes(_, let codes): codes.count
        case .hex(let width, let bytes): width == 0 ? 0 : bytes.count / width
        case .plain(let ends, _): ends.count
        }
    }
}
