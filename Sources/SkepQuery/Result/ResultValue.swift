/// The value of one calculation in a result row.
public enum ResultValue: Sendable, Hashable {
    /// Nothing to compute over.
    case null
    /// A count, or an exact sum, least or greatest of integers.
    case integer(Int128)
    case double(Double)
    case heatmap(Heatmap)
}

extension ResultValue {
    /// The value as a double, rounded if it is a large integer; `nil` for others.
    public var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        case .null, .heatmap: nil
        }
    }
}

extension ResultValue: CustomStringConvertible {
    /// The value as plain text: nothing for null, the number of events for a heatmap.
    public var description: String {
        switch self {
        case .null: ""
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .heatmap(let heatmap): "heatmap of \(heatmap.total) events"
        }
    }
}
