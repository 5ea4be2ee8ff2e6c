/// Names and texts are equal when their bytes are: Swift's own `==` takes "é" in one scalar and
/// "e" with an accent for the same, and then two columns would be one.
extension String {
    /// Negative, 0 or positive as the text is before, equal to or after another by its bytes.
    package func compareBytes(with other: String) -> Int {
        let fast = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { Self.compare(left, $0) }
        }
        if let fast, let order = fast { return order }
        return Self.compare(Array(utf8), Array(other.utf8))
    }

    /// Whether the bytes are the same.
    package func hasSameBytes(as other: String) -> Bool { compareBytes(with: other) == 0 }

    /// Whether the text comes before another by its bytes.
    package func precedesInBytes(_ other: String) -> Bool { compareBytes(with: other) < 0 }

    /// Feeds the bytes to a hasher.
    package func hashBytes(into hasher: inout Hasher) {
        let isDone: Void? = utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isDone == nil { for byte in utf8 { hasher.combine(byte) } }
        // No byte of a text is this: texts that follow one another stay apart.
        hasher.combine(0xFF as UInt8)
    }

    private static func compare(
        _ left: some RandomAccessCollection<UInt8>, _ right: some RandomAccessCollection<UInt8>
    ) -> Int {
        for (a, b) in zip(left, right) where a != b { return Int(a) - Int(b) }
        return left.count - right.count
    }
}

extension [String] {
    /// The place of a name, compared by bytes.
    package func firstIndex(bytesOf name: String) -> Int? {
        firstIndex { $0.hasSameBytes(as: name) }
    }
}

/// A name as the key of a dictionary: equal only to a name of the same bytes.
package struct NameKey: Sendable, Hashable, Comparable {
    package let name: String

    package init(_ name: String) { self.name = name }

    package static func == (left: Self, right: Self) -> Bool {
        left.name.hasSameBytes(as: right.name)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.name.precedesInBytes(right.name)
    }

    package func hash(into hasher: inout Hasher) { name.hashBytes(into: &hasher) }
}
