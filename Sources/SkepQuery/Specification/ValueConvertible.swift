public import SkepModel

/// A Swift type that conditions can compare a field with: `"user.id" == userID`.
public protocol ValueConvertible {
    /// The value compared with.
    var fieldValue: Value { get }
}

extension Value: ValueConvertible {
    /// The value itself.
    public var fieldValue: Value { self }
}

extension String: ValueConvertible {
    /// The text as a value.
    public var fieldValue: Value { .string(self) }
}

extension Int: ValueConvertible {
    /// The number as a value.
    public var fieldValue: Value { .int(Int64(self)) }
}

extension Int64: ValueConvertible {
    /// The number as a value.
    public var fieldValue: Value { .int(self) }
}

extension Double: ValueConvertible {
    /// The number as a value.
    public var fieldValue: Value { .double(self) }
}

extension Bool: ValueConvertible {
    /// The flag as a value.
    public var fieldValue: Value { .bool(self) }
}
