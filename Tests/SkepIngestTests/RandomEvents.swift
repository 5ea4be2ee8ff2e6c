import SkepModel

/// Random JSON objects, as text and as the fields they must become.
struct RandomEvents {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next(_ bound: Int) -> Int {
        // SplitMix64 (Steele, Lea, Flood 2014).
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(bound))
    }

    private indirect enum Node {
        case value(Value, text: String)
        case absent
        case object([(name: String, node: Node)])
        /// An array: its text with and without whitespace.
        case array(text: String, compact: String)
    }

    /// The text of an event and its fields.
    mutating func event() -> (text: String, fields: Event.Fields) {
        let members = members(depth: 0)
        var fields: Event.Fields = [:]
        Self.flatten(members, prefix: "", depth: 0, into: &fields)
        return (space() + text(of: .object(members)) + space(), fields)
    }

    /// Flattening as the design's sentences say it: last of equal keys first, then names.
    private static func flatten(
        _ members: [(name: String, node: Node)], prefix: String, depth: Int,
        into fields: inout Event.Fields
    ) {
        for (index, member) in members.enumerated()
        where !members[(index + 1)...].contains(where: { $0.name == member.name }) {
            let path = prefix + member.name
            switch member.node {
            case .absent: break
            case .value(let value, _): fields[path] = value
            case .array(_, let compact): fields[path] = .string(compact)
            case .object(let inner) where inner.isEmpty: break
            case .object(let inner) where depth < 5:
                flatten(inner, prefix: path + ".", depth: depth + 1, into: &fields)
            case .object: fields[path] = .string(compactText(member.node))
            }
        }
    }

    private mutating func members(depth: Int) -> [(name: String, node: Node)] {
        (0..<next(depth == 0 ? 12 : 4)).map { index in
            // Names without dots and numbered by position, but for some that repeat.
            let name = next(12) == 0 ? "same" : "n\(index)" + ["", "é", "\"", "\\"][next(4)]
            return (name, node(depth: depth))
        }
    }

    private mutating func node(depth: Int) -> Node {
        switch next(depth < 8 ? 12 : 9) {
        case 0: return .absent
        case 1: return .value(.bool(true), text: "true")
        case 2: return .value(.bool(false), text: "false")
        case 3, 4: return number()
        case 5, 6, 7: return string()
        case 8:
            let text = "[" + space() + "1," + space() + "\"a b\"" + space() + "]"
            return .array(text: text, compact: "[1,\"a b\"]")
        default: return .object(members(depth: depth + 1))
        }
    }

    private mutating func number() -> Node {
        switch next(4) {
        case 0:
            let number = Int64(next(2_000)) - 1_000
            return .value(.int(number), text: String(number))
        case 1:
            let number = Int64(bitPattern: UInt64(next(.max))) &* (next(2) == 0 ? 1 : -1)
            return .value(.int(number), text: String(number))
        case 2:
            let number = Double(next(1_000_000)) / 1_000
            return .value(.double(number), text: String(number))
        default:
            let number = Double(next(1 << 52)) * (next(2) == 0 ? 1e-20 : -1e20)
            return .value(.double(number), text: String(number))
        }
    }

    private mutating func string() -> Node {
        let parts = [
            ("a", "a"), ("\n", "\\n"), ("\"", "\\\""), ("é", "é"), ("é", "\\u00e9"), ("😀", "😀"),
            ("😀", "\\uD83D\\uDE00"), ("0123456789abcdef", "0123456789abcdef"), ("\\", "\\\\"),
            ("/", "\\/"), ("{}[]:,", "{}[]:,"), ("\0", "\\u0000"),
        ]
        var value = ""
        var text = ""
        for _ in 0..<next(8) {
            let part = parts[next(parts.count)]
            value += part.0
            text += part.1
        }
        return .value(.string(value), text: "\"\(text)\"")
    }

    private mutating func space() -> String { ["", "", "", " ", "\t", "  \r "][next(6)] }

    private mutating func text(of node: Node) -> String {
        switch node {
        case .absent: return "null"
        case .value(_, let text): return text
        case .array(let text, _): return text
        case .object(let members):
            var texts: [String] = []
            for (name, node) in members {
                texts.append(
                    space() + Self.quoted(name) + space() + ":" + space() + text(of: node)
                        + space())
            }
            return "{" + (texts.isEmpty ? space() : "") + texts.joined(separator: ",") + "}"
        }
    }

    private static func compactText(_ node: Node) -> String {
        switch node {
        case .absent: return "null"
        case .value(_, let text): return text
        case .array(_, let compact): return compact
        case .object(let members):
            let texts = members.map { quoted($0.name) + ":" + compactText($0.node) }
            return "{" + texts.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
}
