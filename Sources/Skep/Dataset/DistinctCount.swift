internal import SkepColumns
internal import SkepEngine
internal import SkepFormat
internal import SkepModel
internal import SkepQuery

/// How many different values a column has.
public struct DistinctCount: Sendable, Hashable {
    /// The number of values.
    public var count: Int
    /// Whether the number is exact; else its standard error is 0.82 %.
    public var isExact: Bool

    /// Beyond this a count by hashes may be an estimate: a little below where it begins to be one.
    private static let surelyExact = 3_900
    /// Calculations of one query.
    private static let columnsOfAQuery = 100

    /// The count that the dictionary of a column tells; `nil` where there is more to it.
    private static func fromDictionary(_ name: String, _ segments: [SegmentReader]) -> Int? {
        var found: ColumnDescriptor?
        for segment in segments {
            for column in segment.columnIndexes(named: name) {
                guard found == nil else { return nil }
                found = segment.columns[column]
            }
        }
        guard let found, found.form.isCoded else { return nil }
        return found.dictionaryCount
    }

    /// The counts of columns by name.
    ///
    /// Strings of one segment are counted by its dictionary, which may still hold values of
    /// expired events; everything else by a query.
    static func count(
        _ names: [String], in input: ScanInput, now: Timestamp, settings: ExecutionSettings
    ) throws(SkepError) -> [String: DistinctCount] {
        var counts: [String: DistinctCount] = [:]
        var scanned: [String] = []
        for name in names {
            if let count = fromDictionary(name, input.segments) {
                counts[name] = DistinctCount(count: count, isExact: true)
            } else {
                scanned.append(name)
            }
        }
        for start in stride(from: 0, to: scanned.count, by: columnsOfAQuery) {
            let part = scanned[start..<min(scanned.count, start + columnsOfAQuery)]
            var query = Query()
            query.calculations = part.map { Calculation(.countDistinct, $0) }
            var plan = try Binder.bind(query, now: now, series: false)
            plan.startTime = .min
            plan.endTime = .max
            let result = try QueryEngine.run(plan, over: input, settings: settings)
            guard let values = result.rows.first?.values else { continue }
            for (name, value) in zip(part, values) {
                guard case .integer(let number) = value else { continue }
                counts[name] = DistinctCount(
                    count: Int(clamping: number), isExact: number <= surelyExact)
            }
        }
        return counts
    }
}
