internal import SkepColumns
internal import SkepJSON

/// Reads one line of NDJSON into staged fields.
///
/// The line must be followed by a line feed and 64 readable bytes: a line feed is not part of any
/// JSON token, so no reading loop needs another bound.
struct LineReader {
    let stage: UnsafeMutablePointer<FieldStage>
    let candidates: FieldCandidates
    private let maxEventBytes: Int
    /// Where reading has come to; after a refusal, the place of the problem.
    private(set) var cursor: UnsafePointer<UInt8>
    private var start: UnsafePointer<UInt8>
    private var end: UnsafePointer<UInt8>
    /// Insignificant whitespace of the line so far.
    private(set) var whitespace = 0
    /// Strings and names of the line in which bytes were replaced.
    private(set) var repaired = 0
    private var previousName: UInt32 = 0
    private var hasText = false

    /// The names of the objects that are open, joined by dots, each followed by one.
    private var path: GrowingBuffer<UInt8>
    private let pathEnds: UnsafeMutablePointer<Int>
    private var depth = 0
    /// Whether an object was opened and neither a name nor its end has followed.
    private var hasJustOpened = false

    /// Objects below the event's own that are flattened; those further down become text.
    private static let mostDepth = 5
    /// Fields that are staged before an event is given up; the exact limit is checked at its end.
    private static let mostStaged = IngestOptions.mostFields + 16
    /// Bytes of all names at which an event is given up.
    ///
    /// Names are forgotten between events at half of it, so each event can add as much.
    private static let mostNameBytes = 2 * FieldStage.mostNameBytes

    init(_ options: IngestOptions, stage: UnsafeMutablePointer<FieldStage>) {
        self.stage = stage
        maxEventBytes = options.maxEventBytes
        candidates = FieldCandidates(
            times: options.timeField.map { [$0] } ?? IngestOptions.timeFields,
            rates: options.sampleRateField.map { [$0] } ?? IngestOptions.sampleRateFields,
            stage: stage)
        path = GrowingBuffer(capacity: 256)
        pathEnds = .allocate(capacity: Self.mostDepth + 1)
        pathEnds.initialize(repeating: 0, count: Self.mostDepth + 1)
        start = UnsafePointer(path.base)
        end = start
        cursor = start
    }

    func deallocate() {
        candidates.deallocate()
        path.deallocate()
        pathEnds.deallocate()
    }

    /// The line read last; valid until the next one is read.
    var line: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: end - start)
    }

    /// The position in the line, from 1.
    var column: Int { cursor - start + 1 }

    /// Bytes of the event so far without insignificant whitespace.
    private var significantBytes: Int { cursor - start - whitespace }

    /// Reads the line; `nil` if all went well, else why it is refused.
    ///
    /// - Parameter end: The line feed behind the line.
    mutating func read(_ line: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> RefusalReason?
    {
        start = line
        self.end = end
        cursor = line
        whitespace = 0
        repaired = 0
        depth = 0
        hasJustOpened = false
        previousName = 0
        hasText = false
        stage.pointee.begin()
        candidates.begin()
        skipWhitespace()
        guard cursor.pointee == UInt8(ascii: "{") else { return otherThanObject() }
        cursor += 1
        if let problem = readFields() { return problem }
        let isTooLarge = significantBytes > maxEventBytes
        skipWhitespace()
        guard cursor == end else { return .malformedJSON }
        return isTooLarge ? .tooLarge : nil
    }

    private mutating func otherThanObject() -> RefusalReason {
        reserveText()
        guard let value = JSONTextCompactor.compact(cursor, into: stage.pointee.freeText) else {
            return .malformedJSON
        }
        cursor = value.end
        skipWhitespace()
        return cursor == end ? .notAnObject : .malformedJSON
    }

    // MARK: Structure

    /// Reads from behind the event's opening brace to behind its closing one.
    private mutating func readFields() -> RefusalReason? {
        skipWhitespace()
        if cursor.pointee == UInt8(ascii: "}") {
            cursor += 1
            return nil
        }
        while true {
            guard cursor.pointee == UInt8(ascii: "\""), let name = readName() else {
                return .malformedJSON
            }
            skipWhitespace()
            guard cursor.pointee == UInt8(ascii: ":") else { return .malformedJSON }
            cursor += 1
            skipWhitespace()
            if let problem = readValue(name) { return problem }
            switch closeObjects() {
            case .complete: return nil
            case .malformed: return .malformedJSON
            case .next: break
            }
            if stage.pointee.fieldCount &- stage.pointee.removedCount > Self.mostStaged {
                return .tooManyFields
            }
            // A long name of an object is repeated by each of its fields.
            if significantBytes > maxEventBytes || stage.pointee.nameByteCount > Self.mostNameBytes
            {
                return .tooLarge
            }
        }
    }

    private enum Continuation {
        case next, complete, malformed
    }

    /// Reads what stands between two fields.
    @inline(__always)
    private mutating func closeObjects() -> Continuation {
        if hasJustOpened {
            hasJustOpened = false
            skipWhitespace()
            if cursor.pointee == UInt8(ascii: "\"") { return .next }
            if cursor.pointee != UInt8(ascii: "}") { return .malformed }
        }
        while true {
            skipWhitespace()
            let byte = cursor.pointee
            if byte == UInt8(ascii: ",") {
                cursor += 1
                skipWhitespace()
                return .next
            }
            guard byte == UInt8(ascii: "}") else { return .malformed }
            cursor += 1
            if depth == 0 { return .complete }
            depth &-= 1
        }
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        if cursor.pointee > 0x20 { return }
        skipMoreWhitespace()
    }

    private mutating func skipMoreWhitespace() {
        while cursor.pointee == 0x20 || cursor.pointee == 0x09 || cursor.pointee == 0x0D {
            cursor += 1
            whitespace &+= 1
        }
    }

    // MARK: Names

    /// Reads a name and its quotes, and returns its number; `nil` if it is malformed.
    @inline(__always)
    private mutating func readName() -> UInt32? {
        if depth == 0 {
            let expected = stage.pointee.names.base[Int(previousName)].successor
            let entry = stage.pointee.names.base[Int(expected)]
            let count = Int(entry.count)
            if end - cursor > count &+ 1,
                cursor[count &+ 1] == UInt8(ascii: "\""),
                ByteComparison.isEqual(
                    cursor + 1, stage.pointee.nameBytes.base + Int(entry.start), count)
            {
                cursor += count &+ 2
                previousName = expected
                return expected
            }
        }
        return readUnexpectedName()
    }

    @inline(never)
    private mutating func readUnexpectedName() -> UInt32? {
        guard let string = StringScan.scan(cursor + 1) else { return nil }
        var text = cursor + 1
        var count = string.end - text
        let isPlain = !string.hasEscapes && (string.isASCII || UTF8Repair.isValid(text, count))
        if !isPlain {
            guard let resolved = resolve(text, string.end) else { return nil }
            text = resolved.text
            count = resolved.count
        }
        cursor = string.end + 1
        if depth > 0 { return nestedName(text, count) }
        let number = stage.pointee.number(text, count)
        // Only names that stand in the text as they are can be compared with it.
        if isPlain { stage.pointee.names.base[Int(previousName)].successor = number }
        previousName = number
        return number
    }

    /// The number of the name behind the names of the open objects.
    private mutating func nestedName(_ text: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        let prefix = pathEnds[depth]
        path.reserve(prefix + count, keeping: prefix)
        (path.base + prefix).update(from: text, count: count)
        return stage.pointee.number(path.base, prefix + count)
    }

    // MARK: Values

    @inline(__always)
    private mutating func readValue(_ name: UInt32) -> RefusalReason? {
        switch cursor.pointee {
        case UInt8(ascii: "\""): readString(name)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): readNumber(name)
        case UInt8(ascii: "t"): readWord("true", name, .bool, bits: 1)
        case UInt8(ascii: "f"): readWord("false", name, .bool, bits: 0)
        case UInt8(ascii: "n"): readWord("null", name, nil, bits: 0)
        case UInt8(ascii: "{"): openObject(name)
        case UInt8(ascii: "["): readText(name)
        default: .malformedJSON
        }
    }

    @inline(__always)
    private mutating func set(
        _ name: UInt32, _ type: ColumnType, bits: UInt64, from text: UnsafePointer<UInt8>,
        _ count: Int
    ) {
        // Number 0 is the empty name, which is no candidate.
        if name &- 1 < candidates.limit &- 1 {
            stage.pointee.remove(name)
            candidates.set(name, type, bits: bits, text, count)
        } else if type == .string {
            stage.pointee.setString(name, text, count)
        } else {
            stage.pointee.set(name, type, bits: bits)
        }
    }

    private mutating func remove(_ name: UInt32) {
        stage.pointee.remove(name)
        if name < candidates.limit { candidates.remove(name) }
    }

    @inline(__always)
    private mutating func readString(_ name: UInt32) -> RefusalReason? {
        let text = cursor + 1
        let special = StringScan.firstSpecial(text)
        if special.pointee == UInt8(ascii: "\"") {
            cursor = special + 1
            set(name, .string, bits: 0, from: text, special - text)
            return nil
        }
        return readUnusualString(name)
    }

    @inline(never)
    private mutating func readUnusualString(_ name: UInt32) -> RefusalReason? {
        let text = cursor + 1
        guard let string = StringScan.scan(text) else { return .malformedJSON }
        let count = string.end - text
        if !string.hasEscapes, UTF8Repair.isValid(text, count) {
            set(name, .string, bits: 0, from: text, count)
        } else {
            guard let resolved = resolve(text, string.end) else { return .malformedJSON }
            set(name, .string, bits: 0, from: resolved.text, resolved.count)
        }
        cursor = string.end + 1
        return nil
    }

    /// Resolves escapes and repairs text, which is kept until the next line.
    private mutating func resolve(_ text: UnsafePointer<UInt8>, _ textEnd: UnsafePointer<UInt8>)
        -> (text: UnsafePointer<UInt8>, count: Int)?
    {
        reserveText()
        let target = stage.pointee.freeText
        let result = JSONString.unescape(text, textEnd, into: target)
        guard result.valid else { return nil }
        if result.repaired > 0 { repaired &+= 1 }
        stage.pointee.keepText(result.count)
        return (UnsafePointer(target), result.count)
    }

    /// Makes room for all texts of the line: a repair makes three bytes of one at most.
    private mutating func reserveText() {
        if hasText { return }
        stage.pointee.reserveText((end - start) * 3 + 64)
        hasText = true
    }

    private mutating func readNumber(_ name: UInt32) -> RefusalReason? {
        let text = cursor
        var last = cursor + 1
        while JSONTextCompactor.isNumberByte(last.pointee) { last += 1 }
        switch JSONNumber.parse(text, last) {
        case .int(let integer):
            set(name, .int, bits: UInt64(bitPattern: integer), from: text, last - text)
        case .double(let double):
            set(name, .double, bits: double.bitPattern, from: text, last - text)
        case .overflow: return .numberOverflow
        case .invalid: return .malformedJSON
        }
        cursor = last
        return nil
    }

    private mutating func readWord(
        _ word: StaticString, _ name: UInt32, _ type: ColumnType?, bits: UInt64
    ) -> RefusalReason? {
        let text = cursor
        for index in 0..<word.utf8CodeUnitCount {
            guard cursor.pointee == word.utf8Start[index] else { return .malformedJSON }
            cursor += 1
        }
        if let type {
            set(name, type, bits: bits, from: text, cursor - text)
        } else {
            remove(name)
        }
        return nil
    }

    /// Begins a nested object, or takes it as text if it is too deep.
    private mutating func openObject(_ name: UInt32) -> RefusalReason? {
        guard depth < Self.mostDepth else { return readText(name) }
        stage.pointee.beginObject(name)
        noteObject(name)
        let entry = stage.pointee.names.base[Int(name)]
        let count = Int(entry.count)
        path.reserve(count + 1, keeping: 0)
        path.base.update(from: stage.pointee.nameBytes.base + Int(entry.start), count: count)
        path.base[count] = UInt8(ascii: ".")
        depth += 1
        pathEnds[depth] = count + 1
        cursor += 1
        hasJustOpened = true
        return nil
    }

    /// Lets an object where a time or a sample rate should be count as present, unless it is empty.
    private func noteObject(_ name: UInt32) {
        guard name &- 1 < candidates.limit &- 1 else { return }
        var next = cursor + 1
        while next.pointee == 0x20 || next.pointee == 0x09 || next.pointee == 0x0D { next += 1 }
        if next.pointee == UInt8(ascii: "}") {
            candidates.remove(name)
        } else {
            candidates.setObject(name)
        }
    }

    /// Reads an array or an object as JSON text; an empty object is absent.
    @inline(never)
    private mutating func readText(_ name: UInt32) -> RefusalReason? {
        reserveText()
        let target = stage.pointee.freeText
        guard let value = JSONTextCompactor.compact(cursor, into: target) else {
            return .malformedJSON
        }
        cursor = value.end
        whitespace &+= value.whitespace
        repaired &+= value.repaired
        if value.count == 2, target[0] == UInt8(ascii: "{") {
            remove(name)
        } else {
            stage.pointee.keepText(value.count)
            set(name, .string, bits: 0, from: UnsafePointer(target), value.count)
        }
        return nil
    }
}
