/// The type of all values in one physical column.
///
/// A field whose events disagree on the type has one physical column for each type. The raw
/// values are stored in segments and never change.
@usableFromInline
package enum ColumnType: UInt8, Sendable, Hashable, CaseIterable, Comparable {
    case bool = 1
    case int = 2
    case double = 3
    case string = 4

    @usableFromInline
    package static func < (lhs: ColumnType, rhs: ColumnType) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    /// The name that users see.
    package var name: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .double: "double"
        case .string: "string"
        }
    }
}
