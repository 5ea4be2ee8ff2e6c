import SkepColumns
import SkepFormat
import SkepModel

/// One event as tests write and expect it; doubles compare by their bits.
struct Row: Equatable, CustomStringConvertible {
    /// A value that compares exactly.
    enum Field: Hashable {
        case bool(Bool)
        case int(Int64)
        case double(UInt64)
        case string([UInt8])

        static func number(_ value: Double) -> Field { .double(value.bitPattern) }
        static func text(_ value: String) -> Field { .string(Array(value.utf8)) }

        var type: ColumnType {
            switch self {
            case .bool: .bool
            case .int: .int
            case .double: .double
            case .string: .string
            }
        }
    }

    /// A field's name and type; names compare by their bytes.
    struct Key: Hashable {
        let name: [UInt8]
        let type: ColumnType
    }

    var time: Int64
    var sampleRate: UInt32 = 1
    var receiptTime: Int64 = 7
    var fields: [Key: Field] = [:]

    /// Makes a row; a field may occur once for each type.
    init(_ time: Int64, _ fields: [(String, Field)] = []) {
        self.time = time
        for (name, field) in fields {
            self.fields[Key(name: Array(name.utf8), type: field.type)] = field
        }
    }

    var description: String {
        let fields = fields.map { key, field in
            "\(String(decoding: key.name, as: UTF8.self)): \(field)"
        }
        return "\(time) ×\(sampleRate) @\(receiptTime) \(fields.sorted())"
    }

    /// The rows as a segment holds them: by time, then by arrival.
    static func sorted(_ rows: [Row]) -> [Row] {
        rows.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }
}
