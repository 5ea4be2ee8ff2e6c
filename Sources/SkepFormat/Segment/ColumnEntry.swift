internal import SkepColumns
internal import SkepModel

/// One physical column in the directory of a segment.
struct ColumnEntry {
    /// Bytes of an entry in the directory.
    static let size = 64
    /// Stands for "keeps its presence by itself".
    static let noPresenceSet = UInt32.max

    /// The form of strings, as a number of the file format.
    enum Form: UInt8 {
        case none = 0
        case dictionary = 1
        case hexDictionary = 2
        case hex = 3
        case plain = 4
        /// `hex`, whose blocks may refer to the rows of another column.
        case references = 5
    }

    var nameOffset: UInt32
    var nameLength: UInt32
    var type: ColumnType
    var form: Form
    var hexWidth: UInt8
    var rendering: HexRendering
    var presenceSet: UInt32
    var presentCount: UInt32
    var firstBlockEntry: UInt32
    var blockEntryCount: UInt32
    var dictionaryCount: UInt32 = 0
    var dictionaryOffset: UInt64 = 0
    var dictionaryLength: UInt32 = 0
    var dictionaryChecksum: UInt32 = 0
    var storedBytes: UInt64 = 0
    /// Where the values by shape start in their section; for the form `references` the column
    /// referred to.
    var shapeValueOffset: UInt32 = 0
    /// Bytes of a value by shape; 0: blocks hold the values.
    var shapeValueWidth: UInt8 = 0

    /// Whether shapes determine the values: no block has any.
    var isDetermined: Bool { shapeValueWidth > 0 }

    mutating func setShapeValues(_ place: (offset: Int, width: Int)) {
        shapeValueOffset = UInt32(place.offset)
        shapeValueWidth = UInt8(place.width)
    }

    /// The column that blocks of this one refer to; `nil` unless the form is `references`.
    var referencedColumn: Int? {
        get { form == .references ? Int(shapeValueOffset) : nil }
        set { shapeValueOffset = UInt32(newValue ?? 0) }
    }

    func write(to writer: inout ByteWriter) {
        writer.write(nameOffset)
        writer.write(nameLength)
        writer.write(type.rawValue)
        writer.write(form.rawValue)
        writer.write(hexWidth)
        writer.write(rendering.rawValue)
        writer.write(presenceSet)
        writer.write(presentCount)
        writer.write(firstBlockEntry)
        writer.write(blockEntryCount)
        writer.write(dictionaryCount)
        writer.write(dictionaryOffset)
        writer.write(dictionaryLength)
        writer.write(dictionaryChecksum)
        writer.write(storedBytes)
        writer.write(shapeValueOffset)
        writer.write(UInt32(shapeValueWidth))
    }

    /// How strings are stored, for readers.
    var stringForm: StringForm {
        switch form {
        case .none: .none
        case .dictionary: .dictionary
        case .hexDictionary: .hexDictionary(width: Int(hexWidth))
        case .hex, .references: .hex(width: Int(hexWidth))
        case .plain: .plain
        }
    }
}

extension ColumnEntry {
    /// Reads an entry.
    ///
    /// - Throws: `corruption` when a number has no meaning.
    init(_ reader: inout ByteReader) throws(SkepError) {
        nameOffset = try reader.read(UInt32.self)
        nameLength = try reader.read(UInt32.self)
        guard let type = ColumnType(rawValue: try reader.read(UInt8.self)),
            let form = Form(rawValue: try reader.read(UInt8.self))
        else { throw Damage.found("a column has an unknown type or form") }
        self.type = type
        self.form = form
        hexWidth = try reader.read(UInt8.self)
        guard let rendering = HexRendering(rawValue: try reader.read(UInt8.self)) else {
            throw Damage.found("a column has an unknown rendering")
        }
        self.rendering = rendering
        presenceSet = try reader.read(UInt32.self)
        presentCount = try reader.read(UInt32.self)
        firstBlockEntry = try reader.read(UInt32.self)
        blockEntryCount = try reader.read(UInt32.self)
        dictionaryCount = try reader.read(UInt32.self)
        dictionaryOffset = try reader.read(UInt64.self)
        dictionaryLength = try reader.read(UInt32.self)
        dictionaryChecksum = try reader.read(UInt32.self)
        storedBytes = try reader.read(UInt64.self)
        shapeValueOffset = try reader.read(UInt32.self)
        let width = try reader.read(UInt32.self)
        guard [0, 1, 2, 8].contains(width) else {
            throw Damage.found("the values of shapes have an unknown width")
        }
        shapeValueWidth = UInt8(width)
    }
}
