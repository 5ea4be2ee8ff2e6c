public import SkepModel

/// Building a query in Swift: each call returns the query with one thing more.
///
/// ```swift
/// Query(.p95("duration_ms"), .heatmap("duration_ms"))
///     .where("span.kind" == "server").group(by: "http.route").last(.hours(2))
/// ```
extension Query {
    /// Makes a query of calculations over everything.
    ///
    /// - Parameter calculations: What is computed for each group.
    public init(_ calculations: Calculation...) {
        self.init()
        self.calculations = calculations
    }

    /// Adds conditions; events count where all of the query's conditions hold.
    public func `where`(_ filters: Filter...) -> Query { adding(filters, .and) }

    /// Adds conditions; events count where any of the query's conditions holds.
    ///
    /// The combination is one for the whole query: conditions added before become alternatives
    /// too.
    public func whereAny(_ filters: Filter...) -> Query { adding(filters, .or) }

    private func adding(_ filters: [Filter], _ combination: FilterCombination) -> Query {
        changed {
            $0.filters += filters
            $0.filterCombination = combination
        }
    }

    /// Adds columns that rows are grouped by.
    public func group(by columns: String...) -> Query {
        changed { $0.breakdowns += columns }
    }

    /// Adds conditions on results; rows are shown where all of them hold.
    public func having(_ conditions: Having...) -> Query {
        changed { $0.havings += conditions }
    }

    /// Adds a sort key: one of the query's calculations.
    public func order(
        by calculation: Calculation, _ direction: SortDirection = .ascending
    ) -> Query {
        changed { $0.orders.append(Order(.calculation(calculation), direction)) }
    }

    /// Adds a sort key: one of the columns grouped by.
    public func order(by column: String, _ direction: SortDirection = .ascending) -> Query {
        changed { $0.orders.append(Order(.breakdown(column), direction)) }
    }

    /// Sets the most rows.
    public func limit(_ rows: Int) -> Query { changed { $0.limit = rows } }

    /// Sets the width of a series' buckets, rounded up to whole seconds.
    public func granularity(_ width: Duration) -> Query {
        changed { $0.granularity = width.wholeSeconds }
    }

    /// Asks about the time up to now, rounded up to whole seconds.
    public func last(_ length: Duration) -> Query {
        changed { $0.time = QueryTime(range: length.wholeSeconds) }
    }

    /// Asks about the time from `start` to before `end`.
    public func between(_ start: Timestamp, _ end: Timestamp) -> Query {
        changed { $0.time = QueryTime(start: start, end: end) }
    }

    private func changed(_ change: (inout Query) -> Void) -> Query {
        var query = self
        change(&query)
        return query
    }
}
