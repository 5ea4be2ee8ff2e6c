public import SkepModel

/// A column in a condition: a string literal beside a comparison.
///
/// ```swift
/// query.where("span.kind" == "server", Field("http.route").starts(with: "/api"))
/// ```
public struct Field: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The column's name.
    public var name: String

    /// Makes a field.
    ///
    /// - Parameter name: The column's name.
    public init(_ name: String) { self.name = name }

    /// Makes a field from a literal.
    public init(stringLiteral name: String) { self.name = name }
}

extension Field {
    /// Holds where the field equals the value.
    public static func == (field: Field, value: some ValueConvertible) -> Filter {
        Filter(field.name, .equals, [value.fieldValue])
    }

    /// Holds where the field differs from the value or is missing.
    public static func != (field: Field, value: some ValueConvertible) -> Filter {
        Filter(field.name, .notEquals, [value.fieldValue])
    }

    /// Holds where the field is below the value.
    public static func < (field: Field, value: some ValueConvertible) -> Filter {
        Filter(field.name, .less, [value.fieldValue])
    }

    /// Holds where the field is the value or below it.
    public static func <= (field: Field, value: some ValueConvertible) -> Filter {
        Filter(field.name, .lessOrEqual, [value.fieldValue])
    }

    /// Holds where the field is above the value.
    public static func > (field: Field, value: some ValueConvertible) -> Filter {
        Filter(field.name, .greater, [value.fieldValue])
    }

    /// Holds where the field is the value or above it.
    public static func >= (field: Field, value: some ValueConvertible) -> Filter {
        Filter(field.name, .greaterOrEqual, [value.fieldValue])
    }

    /// Holds where the field is present.
    public var exists: Filter { Filter(name, .exists) }

    /// Holds where the field is missing.
    public var doesNotExist: Filter { Filter(name, .doesNotExist) }

    /// Holds where the field is a string with `text` in it.
    public func contains(_ text: String) -> Filter { Filter(name, .contains, [.string(text)]) }

    /// Holds where the field is not a string with `text` in it.
    public func doesNotContain(_ text: String) -> Filter {
        Filter(name, .doesNotContain, [.string(text)])
    }

    /// Holds where the field is a string that begins with `prefix`.
    public func starts(with prefix: String) -> Filter {
        Filter(name, .startsWith, [.string(prefix)])
    }

    /// Holds where the field is not a string that begins with `prefix`.
    public func doesNotStart(with prefix: String) -> Filter {
        Filter(name, .doesNotStartWith, [.string(prefix)])
    }

    /// Holds where the field is a string that ends with `suffix`.
    public func ends(with suffix: String) -> Filter {
        Filter(name, .endsWith, [.string(suffix)])
    }

    /// Holds where the field is not a string that ends with `suffix`.
    public func doesNotEnd(with suffix: String) -> Filter {
        Filter(name, .doesNotEndWith, [.string(suffix)])
    }

    /// Holds where the field is one of the values.
    public func `in`(_ values: [Value]) -> Filter { Filter(name, .isIn, values) }

    /// Holds where the field is one of the values.
    public func `in`(_ values: some Sequence<some ValueConvertible>) -> Filter {
        Filter(name, .isIn, values.map(\.fieldValue))
    }

    /// Holds where the field is none of the values.
    public func notIn(_ values: some Sequence<some ValueConvertible>) -> Filter {
        Filter(name, .isNotIn, values.map(\.fieldValue))
    }

    /// Holds where the field is none of the values.
    public func notIn(_ values: [Value]) -> Filter { Filter(name, .isNotIn, values) }
}
