package import SkepColumns
package import SkepModel

/// Reads the payload of an append: what `LogEventsWriter` built.
package struct LogEventsReader {
    /// Bytes of an event at least, so that no count makes a reader take memory for nothing.
    private static let leastEventBytes = 3

    /// The dataset that the events belong to.
    package let datasetID: UInt32
    /// When they came.
    package let receiptTime: Timestamp
    package let eventCount: Int
    private let payload: UnsafeRawBufferPointer
    private let nameCount: Int
    private let nameBytes: Int

    /// Reads the head of a payload.
    ///
    /// - Parameter payload: Must live as long as the reader.
    /// - Throws: `corruption`.
    package init(payload: UnsafeRawBufferPointer) throws(SkepError) {
        var reader = ByteReader(payload)
        datasetID = try reader.read()
        receiptTime = Timestamp(nanoseconds: try reader.read())
        eventCount = Int(try reader.read(UInt32.self))
        nameCount = Int(try reader.read(UInt32.self))
        nameBytes = Int(try reader.read(UInt32.self))
        self.payload = payload
        guard eventCount <= LogEventsWriter.mostEvents, nameBytes <= reader.remaining,
            nameCount <= nameBytes,
            eventCount <= (reader.remaining - nameBytes) / Self.leastEventBytes
        else { throw Damage.found("the head of logged events names more than there is") }
    }

    /// Checks that all events can be read.
    ///
    /// - Throws: `corruption`.
    package func validate() throws(SkepError) {
        var names = NumberReader(payload, LogEventsWriter.headerSize, nameBytes)
        for _ in 0..<nameCount { _ = try names.readBytes() }
        guard names.isAtEnd else { throw Damage.found("logged names do not end where they should") }
        var events = eventsReader
        for _ in 0..<eventCount {
            let head = try readHead(&events)
            for _ in 0..<head.fieldCount { _ = try readField(&events) }
        }
        guard events.isAtEnd else {
            throw Damage.found("logged events do not end where they should")
        }
    }

    /// Adds all events to a builder.
    ///
    /// - Throws: `corruption`, after which some may have been added: see `validate`.
    package func append(to builder: EventBatchBuilder) throws(SkepError) {
        builder.forgetNamesIfOvergrown()
        let stage = builder.fields.state
        var names = NumberReader(payload, LogEventsWriter.headerSize, nameBytes)
        var numbers: [UInt32] = []
        numbers.reserveCapacity(nameCount)
        for _ in 0..<nameCount {
            let (bytes, count) = try names.readBytes()
            numbers.append(stage.pointee.number(bytes, count))
        }
        var events = eventsReader
        for _ in 0..<eventCount {
            let head = try readHead(&events)
            stage.pointee.begin()
            for _ in 0..<head.fieldCount {
                let field = try readField(&events)
                stage.pointee.set(
                    numbers[field.name], field.type, bits: field.bits, length: field.length)
            }
            builder.appendUnsorted(time: head.time, sampleRate: head.sampleRate)
        }
    }

    private var eventsReader: NumberReader {
        let start = LogEventsWriter.headerSize + nameBytes
        return NumberReader(payload, start, payload.count - start)
    }

    @inline(__always)
    private func readHead(
        _ reader: inout NumberReader
    ) throws(SkepError) -> (fieldCount: Int, time: Int64, sampleRate: UInt32) {
        let count = try reader.readNumber()
        let offset = try reader.readSigned()
        let rate = try reader.readNumber()
        guard count <= UInt64(EventFields.mostFields), rate >= 1, rate <= UInt64(Int32.max) else {
            throw Damage.found("a logged event has an impossible number of fields or sample rate")
        }
        return (Int(count), receiptTime.nanoseconds &+ offset, UInt32(rate))
    }

    @inline(__always)
    private func readField(
        _ reader: inout NumberReader
    ) throws(SkepError) -> (name: Int, type: ColumnType, bits: UInt64, length: UInt32) {
        let key = try reader.readNumber()
        guard key >> 3 < UInt64(nameCount) else {
            throw Damage.found("a logged field has a name that does not exist")
        }
        let name = Int(key >> 3)
        switch key & 7 {
        case 0: return (name, .bool, 0, 0)
        case 1: return (name, .bool, 1, 0)
        case LogFieldType.int:
            return (name, .int, UInt64(bitPattern: try reader.readSigned()), 0)
        case LogFieldType.double:
            let bits = try reader.readFixed()
            guard Double(bitPattern: bits).isFinite else {
                throw Damage.found("a logged double is no number")
            }
            return (name, .double, bits, 0)
        case LogFieldType.string:
            let (bytes, count) = try reader.readBytes()
            return (
                name, .string, UInt64(UInt(bitPattern: bytes)), UInt32(truncatingIfNeeded: count)
            )
        default: throw Damage.found("a logged field has an unknown type")
        }
    }
}

/// Reads LEB128 numbers and bytes within bounds.
private struct NumberReader {
    private var pointer: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    /// - Precondition: The range lies in the buffer.
    init(_ payload: UnsafeRawBufferPointer, _ start: Int, _ count: Int) {
        precondition(start >= 0 && count >= 0 && start + count <= payload.count)
        let bytes = payload.assumingMemoryBound(to: UInt8.self)
        guard let base = bytes.baseAddress else { preconditionFailure("an empty payload") }
        pointer = base + start
        end = base + start + count
    }

    var isAtEnd: Bool { pointer == end }

    @inline(__always)
    mutating func readNumber() throws(SkepError) -> UInt64 {
        guard pointer < end else { throw Damage.found("logged events are cut off") }
        let first = pointer.pointee
        pointer += 1
        if first < 0x80 { return UInt64(first) }
        return try readRest(UInt64(first & 0x7F))
    }

    private mutating func readRest(_ first: UInt64) throws(SkepError) -> UInt64 {
        var number = first
        var shift: UInt64 = 7
        while pointer < end, shift < 64 {
            let byte = pointer.pointee
            pointer += 1
            number |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return number }
            shift += 7
        }
        throw Damage.found("a logged number is cut off or too long")
    }

    @inline(__always)
    mutating func readSigned() throws(SkepError) -> Int64 {
        let number = try readNumber()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    @inline(__always)
    mutating func readFixed() throws(SkepError) -> UInt64 {
        guard end - pointer >= 8 else { throw Damage.found("logged events are cut off") }
        defer { pointer += 8 }
        return UInt64(
            littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    mutating func readBytes() throws(SkepError) -> (UnsafePointer<UInt8>, Int) {
        let count = try readNumber()
        guard count <= UInt64(end - pointer) else {
            throw Damage.found("a logged text is cut off")
        }
        defer { pointer += Int(count) }
        return (pointer, Int(count))
    }
}
