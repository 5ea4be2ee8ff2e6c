internal import SkepJSON

/// Checks one JSON value and copies it without insignificant whitespace.
///
/// Nesting is kept as a bit for each level, so depth costs no stack. The input must be followed
/// by a line feed, at which every part of the reading stops.
struct JSONTextCompactor {
    private(set) var cursor: UnsafePointer<UInt8>
    /// Whitespace bytes left out.
    private(set) var whitespace = 0
    /// Strings in which bytes that are not UTF-8 were replaced.
    private(set) var repaired = 0
    private var output: UnsafeMutablePointer<UInt8>
    /// For each open container 1 if it is an object, the innermost in the lowest bit.
    private var outerLevels: [UInt64] = []
    private var levels: UInt64 = 0
    private var depth = 0

    private enum Step {
        case value
        case firstElement
        case firstKey
        case key
        case behindValue
    }

    private init(_ start: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) {
        cursor = start
        self.output = output
    }

    /// What `compact` found.
    struct Result {
        /// The byte behind the value.
        let end: UnsafePointer<UInt8>
        /// The bytes written.
        let count: Int
        let whitespace: Int
        let repaired: Int
    }

    /// Copies the value at `start`; `nil` if it is not JSON.
    ///
    /// - Parameter output: Room for three times the bytes up to the line feed.
    static func compact(
        _ start: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<UInt8>
    ) -> Result? {
        var compactor = JSONTextCompactor(start, into: output)
        guard compactor.copyValue() else { return nil }
        return Result(
            end: compactor.cursor, count: compactor.output - output,
            whitespace: compactor.whitespace, repaired: compactor.repaired)
    }

    private mutating func copyValue() -> Bool {
        var step = Step.value
        while true {
            skipWhitespace()
            let byte = cursor.pointee
            switch step {
            case .firstElement where byte == UInt8(ascii: "]"),
                .firstKey where byte == UInt8(ascii: "}"):
                step = close()
            case .value, .firstElement:
                guard let next = value(byte) else { return false }
                step = next
            case .key, .firstKey:
                guard byte == UInt8(ascii: "\""), copyString() else { return false }
                skipWhitespace()
                guard cursor.pointee == UInt8(ascii: ":") else { return false }
                copyByte()
                step = .value
            case .behindValue:
                if depth == 0 { return true }
                if byte == UInt8(ascii: ",") {
                    copyByte()
                    step = levels & 1 == 1 ? .key : .value
                } else if byte == (levels & 1 == 1 ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    step = close()
                } else {
                    return false
                }
            }
            if depth == 0, step == .behindValue { return true }
        }
    }

    private mutating func value(_ byte: UInt8) -> Step? {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            open(isObject: byte == UInt8(ascii: "{"))
            return byte == UInt8(ascii: "{") ? .firstKey : .firstElement
        case UInt8(ascii: "\""): return copyString() ? .behindValue : nil
        case UInt8(ascii: "t"): return copyWord("true") ? .behindValue : nil
        case UInt8(ascii: "f"): return copyWord("false") ? .behindValue : nil
        case UInt8(ascii: "n"): return copyWord("null") ? .behindValue : nil
        default: return copyNumber() ? .behindValue : nil
        }
    }

    private mutating func open(isObject: Bool) {
        copyByte()
        if depth % 64 == 0, depth > 0 { outerLevels.append(levels) }
        levels = levels << 1 | (isObject ? 1 : 0)
        depth += 1
    }

    private mutating func close() -> Step {
        copyByte()
        depth -= 1
        levels >>= 1
        if depth % 64 == 0, depth > 0, let outer = outerLevels.popLast() { levels = outer }
        return .behindValue
    }

    private mutating func skipWhitespace() {
        while cursor.pointee == 0x20 || cursor.pointee == 0x09 || cursor.pointee == 0x0D {
            cursor += 1
            whitespace += 1
        }
    }

    private mutating func copyByte() {
        output.pointee = cursor.pointee
        output += 1
        cursor += 1
    }

    private mutating func copyWord(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount {
            guard cursor.pointee == word.utf8Start[index] else { return false }
            copyByte()
        }
        return true
    }

    private mutating func copyNumber() -> Bool {
        let start = cursor
        while Self.isNumberByte(cursor.pointee) { cursor += 1 }
        if case .invalid = JSONNumber.parse(start, cursor) { return false }
        output.update(from: start, count: cursor - start)
        output += cursor - start
        return true
    }

    /// Whether a number can contain the byte.
    static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func copyString() -> Bool {
        guard let string = StringScan.scan(cursor + 1) else { return false }
        guard !string.hasEscapes || Self.areEscapesValid(cursor + 1, string.end) else {
            return false
        }
        let count = string.end + 1 - cursor
        if string.isASCII || UTF8Repair.isValid(cursor, count) {
            output.update(from: cursor, count: count)
            output += count
        } else {
            output += UTF8Repair.repair(cursor, count, into: output).count
            repaired += 1
        }
        cursor = string.end + 1
        return true
    }

    private static func areEscapesValid(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> Bool {
        var cursor = start
        while cursor < end {
            guard cursor.pointee == UInt8(ascii: "\\") else {
                cursor += 1
                continue
            }
            switch cursor[1] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
                UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                cursor += 2
            case UInt8(ascii: "u"):
                guard end - cursor >= 6, (2..<6).allSatisfy({ isHexDigit(cursor[$0]) }) else {
                    return false
                }
                cursor += 6
            default: return false
            }
        }
        return true
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
