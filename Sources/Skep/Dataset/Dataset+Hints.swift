internal import SkepColumns
internal import SkepEngine
internal import SkepFormat
package import SkepModel
package import SkepQuery

extension Dataset {
    /// What may be wrong with a query: filters whose literal no value of the column can match, and
    /// calculations that read numbers over a column without any.
    ///
    /// - Returns: A sentence for each; nothing while segments are damaged.
    /// - Throws: `unknownDataset`, `inputOutput`.
    package func hints(
        about filters: [Filter], _ calculations: [Calculation] = []
    ) async throws(SkepError) -> [String] {
        let numeric = calculations.filter(\.op.readsNumbers)
        if filters.isEmpty, numeric.isEmpty { return [] }
        return try await BlockingWork.run { (_) throws(SkepError) in
            let input = try self.snapshot(now: self.store.settings.clock.now())
            guard input.incomplete.isEmpty else { return [] }
            return numeric.compactMap { Self.hint(about: $0, input.segments) }
                + filters.compactMap { Self.hint(about: $0, input.segments) }
        }
    }

    private static func hint(about filter: Filter, _ segments: [SegmentReader]) -> String? {
        let held = types(of: filter.column, segments)
        let reached = FilterTypes.reached(by: filter)
        guard !held.isEmpty, held.isDisjoint(with: reached) else { return nil }
        let effect = filter.op.positive == nil ? "no event" : "every event"
        var hint =
            "\(effect) satisfies \(filter.text): the values of this column are \(list(held))."
        if filter.op.isOrdering, held.isSubset(of: [.int, .double]),
            case .string(let text)? = filter.values.first, let number = Double(text),
            number.isFinite
        {
            hint += " Write the number without quotes."
        }
        return hint
    }

    private static func hint(
        about calculation: Calculation, _ segments: [SegmentReader]
    ) -> String? {
        guard let column = calculation.column else { return nil }
        let held = types(of: column, segments)
        guard !held.isEmpty, held.isDisjoint(with: [.int, .double]) else { return nil }
        return "\(calculation.key) reads numbers only: the values of this column are \(list(held))."
    }

    /// The types that a column's values have somewhere.
    private static func types(of column: String, _ segments: [SegmentReader]) -> Set<ColumnType> {
        var held: Set<ColumnType> = []
        for segment in segments {
            for index in segment.columnIndexes(named: column) {
                held.insert(segment.columns[index].type)
            }
        }
        return held
    }

    private static func list(_ types: Set<ColumnType>) -> String {
        list(
            ColumnKind.allCases.filter { kind in types.contains { ColumnKind($0) == kind } }
                .map(\.plural))
    }

    /// The words with commas, and with "and" before the last.
    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " and \(last)"
    }
}

extension ColumnKind {
    /// The type's values in a sentence.
    fileprivate var plural: String {
        switch self {
        case .bool: "bools"
        case .int: "integers"
        case .double: "doubles"
        case .string: "strings"
        }
    }
}
