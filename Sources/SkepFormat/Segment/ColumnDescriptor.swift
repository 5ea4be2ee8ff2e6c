package import SkepColumns

/// How a string column is stored in a segment.
package enum StringForm: Sendable, Hashable {
    /// Not a string column.
    case none
    /// Codes into a sorted dictionary of texts.
    case dictionary
    /// Codes into a sorted dictionary of `width` binary bytes each.
    case hexDictionary(width: Int)
    /// `width` binary bytes per value.
    case hex(width: Int)
    /// Texts one after the other.
    case plain

    /// Whether values are codes into the segment's dictionary of the column.
    package var isCoded: Bool {
        switch self {
        case .dictionary, .hexDictionary: true
        case .none, .hex, .plain: false
        }
    }

    /// Binary bytes per value or dictionary entry of the hexadecimal forms.
    package var hexWidth: Int? {
        switch self {
        case .hexDictionary(let width), .hex(let width): width
        case .none, .dictionary, .plain: nil
        }
    }
}

/// How binary bytes are turned back into the text that was stored.
package enum HexRendering: UInt8, Sendable, Hashable {
    /// Two lower-case digits a byte.
    case digits = 0
    /// 16 bytes as 8-4-4-4-12 lower-case digits.
    case uuid = 1
}

/// What the directory of a segment says about one physical column.
package struct ColumnDescriptor: Sendable, Hashable {
    /// The field's name.
    package let name: String
    /// The type of all values.
    package let type: ColumnType
    /// How strings are stored.
    package let form: StringForm
    /// How the bytes of the hexadecimal forms become text.
    package let rendering: HexRendering
    /// Rows of the segment that have the column.
    package let presentCount: Int
    /// Entries of the dictionary; 0 without one.
    package let dictionaryCount: Int
    /// Bytes of the file that the column occupies: values, presence, dictionary and filters.
    package let storedBytes: Int
    /// Columns with the same number are present in the same rows; `nil` when the column keeps
    /// its presence by itself.
    package let presenceSet: Int?

    package init(
        name: String, type: ColumnType, form: StringForm, rendering: HexRendering,
        presentCount: Int, dictionaryCount: Int, storedBytes: Int, presenceSet: Int?
    ) {
        self.name = name
        self.type = type
        self.form = form
        self.rendering = rendering
        self.presentCount = presentCount
        self.dictionaryCount = dictionaryCount
        self.storedBytes = storedBytes
        self.presenceSet = presenceSet
    }
}
