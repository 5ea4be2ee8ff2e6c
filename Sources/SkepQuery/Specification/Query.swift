public import SkepModel

/// Which way an order goes.
public enum SortDirection: String, Sendable, Hashable, CaseIterable {
    case ascending
    case descending
}

/// What one order sorts by.
public enum OrderKey: Sendable, Hashable {
    /// A column of the breakdowns.
    case breakdown(String)
    /// One of the query's calculations.
    case calculation(Calculation)

    /// Whether both sort by the same; names are compared by bytes.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.breakdown(let name), .breakdown(let other)): name.hasSameBytes(as: other)
        case (.calculation(let calculation), .calculation(let other)): calculation == other
        default: false
        }
    }

    /// Feeds the name or the calculation to a hasher.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .breakdown(let name): name.hashBytes(into: &hasher)
        case .calculation(let calculation): hasher.combine(calculation)
        }
    }
}

/// One sort key of the result rows.
public struct Order: Sendable, Hashable {
    /// What is sorted by.
    public var key: OrderKey
    /// Which way.
    public var direction: SortDirection

    /// Makes an order.
    ///
    /// - Parameters:
    ///   - key: What is sorted by.
    ///   - direction: Which way.
    public init(_ key: OrderKey, _ direction: SortDirection = .ascending) {
        self.key = key
        self.direction = direction
    }
}

/// A condition on a calculation's result; rows that fail it are not shown.
public struct Having: Sendable, Hashable {
    /// One of the query's calculations.
    public var calculation: Calculation
    /// One of `=`, `!=`, `>`, `>=`, `<`, `<=`.
    public var op: FilterOp
    /// The number compared with.
    public var value: Double

    /// Makes a condition.
    ///
    /// - Parameters:
    ///   - calculation: One of the query's calculations.
    ///   - op: A comparison.
    ///   - value: The number compared with.
    public init(_ calculation: Calculation, _ op: FilterOp, _ value: Double) {
        self.calculation = calculation
        self.op = op
        self.value = value
    }
}

/// The time that a query asks about: any combination that Honeycomb's specification allows.
public struct QueryTime: Sendable, Hashable {
    /// A length in seconds: before the end, after the start, or before now.
    public var range: Int?
    /// The start, inclusive.
    public var start: Timestamp?
    /// The end, exclusive.
    public var end: Timestamp?

    /// Makes a time; all `nil` means the last two hours.
    ///
    /// - Parameters:
    ///   - range: A length in seconds.
    ///   - start: The start, inclusive.
    ///   - end: The end, exclusive.
    public init(range: Int? = nil, start: Timestamp? = nil, end: Timestamp? = nil) {
        self.range = range
        self.start = start
        self.end = end
    }
}

/// A question about a dataset: Honeycomb's query specification as a value.
public struct Query: Sendable, Hashable {
    /// The columns that rows are grouped by.
    public var breakdowns: [String]
    /// What is computed for each group; none means `COUNT`.
    public var calculations: [Calculation]
    /// Which events count.
    public var filters: [Filter]
    /// Whether all filters must hold, or any.
    public var filterCombination: FilterCombination
    /// How rows are sorted; none means by the first calculation, descending.
    public var orders: [Order]
    /// Which rows are shown.
    public var havings: [Having]
    /// The most rows; `nil` means 1,000.
    public var limit: Int?
    /// The width of a series' buckets in seconds; `nil` or 0 means automatic.
    public var granularity: Int?
    /// The time asked about.
    public var time: QueryTime

    /// Makes a query over everything: `COUNT` of the last two hours.
    public init() {
        breakdowns = []
        calculations = []
        filters = []
        filterCombination = .and
        orders = []
        havings = []
        limit = nil
        granularity = nil
        time = QueryTime()
    }
}
