internal import SkepColumns
internal import SkepEngine
package import SkepModel
package import SkepQuery

extension Dataset {
    /// What may be wrong with filters: those whose literal no value of the column can match.
    ///
    /// - Returns: A sentence for each such filter; nothing while segments are damaged.
    /// - Throws: `unknownDataset`, `inputOutput`.
    package func hints(about filters: [Filter]) async throws(SkepError) -> [String] {
        if filters.isEmpty { return [] }
        return try await BlockingWork.run { (_) throws(SkepError) in
            let input = try self.snapshot(now: self.store.settings.clock.now())
            guard input.incomplete.isEmpty else { return [] }
            return filters.compactMap { filter in
                var held: Set<ColumnType> = []
                for segment in input.segments {
                    for column in segment.columnIndexes(named: filter.column) {
                        held.insert(segment.columns[column].type)
                    }
                }
                let reached = FilterTypes.reached(by: filter)
                guard !held.isEmpty, held.isDisjoint(with: reached) else { return nil }
                let kinds = ColumnKind.allCases.filter { kind in
                    held.contains { ColumnKind($0) == kind }
                }
                let effect = filter.op.positive == nil ? "no event" : "every event"
                return "\(effect) satisfies \(filter.text): the values of this column are "
                    + "\(Self.list(kinds.map(\.plural)))."
            }
        }
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
