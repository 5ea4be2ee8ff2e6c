public import SkepModel

/// How a filter compares; raw values are Honeycomb's names.
public enum FilterOp: String, Sendable, Hashable, CaseIterable {
    case equals = "="
    case notEquals = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case startsWith = "starts-with"
    case doesNotStartWith = "does-not-start-with"
    case endsWith = "ends-with"
    case doesNotEndWith = "does-not-end-with"
    case exists = "exists"
    case doesNotExist = "does-not-exist"
    case contains = "contains"
    case doesNotContain = "does-not-contain"
    case isIn = "in"
    case isNotIn = "not-in"

    /// The opposite of a negative op, which is what the engine tests; `nil` for positive ones.
    ///
    /// A negative op holds exactly where its opposite does not, missing fields included.
    public var positive: FilterOp? {
        switch self {
        case .notEquals: .equals
        case .doesNotStartWith: .startsWith
        case .doesNotEndWith: .endsWith
        case .doesNotExist: .exists
        case .doesNotContain: .contains
        case .isNotIn: .isIn
        default: nil
        }
    }
}

/// One condition on one column.
public struct Filter: Sendable, Hashable {
    /// The column tested.
    public var column: String
    /// How it is tested.
    public var op: FilterOp
    /// What it is compared with: none for `exists`, any number for `in`, otherwise one.
    public var values: [Value]

    /// Makes a condition.
    ///
    /// - Parameters:
    ///   - column: The column tested.
    ///   - op: How it is tested.
    ///   - values: What it is compared with.
    public init(_ column: String, _ op: FilterOp, _ values: [Value] = []) {
        self.column = column
        self.op = op
        self.values = values
    }
}

/// Whether all filters must hold, or any.
public enum FilterCombination: String, Sendable, Hashable, CaseIterable {
    case and = "AND"
    case or = "OR"
}
