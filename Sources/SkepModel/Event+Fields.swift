extension Event {
    /// The fields of an event: values by name, in the order of the names' bytes.
    ///
    /// Used like a dictionary, but names are told apart by their bytes: a composed and a
    /// decomposed "é" are two fields.
    ///
    /// ```swift
    /// event.fields["http.route"] = "/checkout"
    /// for (name, value) in event.fields { print(name, value) }
    /// ```
    public struct Fields: Sendable {
        @usableFromInline
        internal private(set) var entries: [(key: String, value: Value)] = []

        /// Makes no fields.
        public init() {}

        /// Makes fields from pairs; of those with one name the last counts.
        ///
        /// - Parameter pairs: Names and values.
        public init(_ pairs: some Sequence<(key: String, value: Value)>) {
            for (name, value) in pairs { self[name] = value }
        }

        /// The value of a field; `nil` where there is none.
        ///
        /// - Complexity: O(log fields); setting one that is not there O(fields), O(1) at the end.
        public subscript(name: String) -> Value? {
            get {
                let place = place(of: name)
                return place.isFound ? entries[place.index].value : nil
            }
            set {
                let place = place(of: name)
                switch (place.isFound, newValue) {
                case (true, let value?): entries[place.index].value = value
                case (true, nil): entries.remove(at: place.index)
                case (false, let value?): entries.insert((name, value), at: place.index)
                case (false, nil): break
                }
            }
        }

        /// The names, in the order of their bytes.
        public var keys: [String] { entries.map(\.key) }

        /// The values, in the order of their names.
        public var values: [Value] { entries.map(\.value) }

        /// Calls `body` with all fields where they stand, which costs no reference counting.
        @inlinable
        package func withEntries<Result>(
            _ body: (UnsafeBufferPointer<(key: String, value: Value)>) -> Result
        ) -> Result {
            entries.withUnsafeBufferPointer(body)
        }

        /// Where a name is, or would have to be.
        private func place(of name: String) -> (index: Int, isFound: Bool) {
            // Whoever fills fields in order needs one comparison.
            guard let last = entries.last else { return (0, false) }
            let order = last.key.compareBytes(with: name)
            if order <= 0 { return order == 0 ? (entries.count - 1, true) : (entries.count, false) }
            var low = 0
            var high = entries.count - 1
            while low < high {
                let middle = (low + high) / 2
                let order = entries[middle].key.compareBytes(with: name)
                if order == 0 { return (middle, true) }
                if order < 0 { low = middle + 1 } else { high = middle }
            }
            return (low, false)
        }
    }
}

extension Event.Fields: RandomAccessCollection {
    /// The place of the first field.
    public var startIndex: Int { 0 }
    /// The place after the last field.
    public var endIndex: Int { entries.count }

    /// The field at a place.
    public subscript(position: Int) -> (key: String, value: Value) { entries[position] }
}

extension Event.Fields: ExpressibleByDictionaryLiteral {
    /// Makes fields from a literal; of those with one name the last counts.
    public init(dictionaryLiteral pairs: (String, Value)...) {
        for (name, value) in pairs { self[name] = value }
    }
}

extension Event.Fields: Hashable {
    /// Whether names and values are the same.
    public static func == (left: Self, right: Self) -> Bool {
        left.entries.elementsEqual(right.entries) {
            $0.key.hasSameBytes(as: $1.key) && $0.value == $1.value
        }
    }

    /// Feeds names and values to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(entries.count)
        for (name, value) in entries {
            name.hashBytes(into: &hasher)
            hasher.combine(value)
        }
    }
}

extension Event.Fields: CustomStringConvertible {
    /// The fields as a dictionary would print them.
    public var description: String {
        let fields = entries.map { "\"\($0.key)\": \($0.value)" }
        return "[" + fields.joined(separator: ", ") + "]"
    }
}
