/// A run of bytes in a ``FragmentTable``.
struct Fragment {
    let offset: Int32
    let length: Int32
}

/// All constant text of the workload in one array, so that writing a line is mostly copying.
struct FragmentTable {
    private(set) var bytes: [UInt8] = []

    /// Appends a text and tells where it lies.
    mutating func add(_ text: String) -> Fragment {
        let offset = bytes.count
        bytes.append(contentsOf: text.utf8)
        return Fragment(
            offset: Int32(truncatingIfNeeded: offset),
            length: Int32(truncatingIfNeeded: bytes.count - offset))
    }

    /// Appends string fields as JSON, each after a comma; names and values need no escapes.
    mutating func add(fields: [(name: String, value: String)]) -> Fragment {
        var text = ""
        for field in fields { text += ",\"\(field.name)\":\"\(field.value)\"" }
        return add(text)
    }
}
