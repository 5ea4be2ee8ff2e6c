public import SkepModel

/// One result row: a group and what was computed for it.
public struct ResultRow: Sendable, Hashable {
    /// The group's value in each breakdown; `nil` where the events lack the field.
    public var group: [Value?]
    /// One value for each calculation of the query.
    public var values: [ResultValue]

    /// The names of the columns, once the row is part of a result.
    private var header: ResultHeader?

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - group: The group's value in each breakdown.
    ///   - values: One value for each calculation.
    public init(group: [Value?], values: [ResultValue]) {
        self.group = group
        self.values = values
    }

    /// The row with names for its columns.
    func named(by header: ResultHeader) -> ResultRow {
        var row = self
        row.header = header
        return row
    }

    /// The group's value in a breakdown; `nil` where the events lack the field, and for columns
    /// that were not grouped by.
    public subscript(column: String) -> Value? {
        guard let index = header?.breakdowns.firstIndex(bytesOf: column), index < group.count else {
            return nil
        }
        return group[index]
    }

    /// What was computed; `null` for calculations that were not asked for.
    public subscript(calculation: Calculation) -> ResultValue {
        guard let index = header?.output(of: calculation), index < values.count else {
            return .null
        }
        return values[index]
    }

    /// Whether groups and values agree.
    public static func == (left: ResultRow, right: ResultRow) -> Bool {
        left.group == right.group && left.values == right.values
    }

    /// Hashes groups and values.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(group)
        hasher.combine(values)
    }
}
