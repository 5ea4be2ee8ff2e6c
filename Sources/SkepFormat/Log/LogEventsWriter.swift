package import SkepColumns
package import SkepModel

/// Builds the payload of an append: its events one after the other, and each name once.
///
/// Layout: `UInt32` dataset, `Int64` time of receipt, `UInt32` events, `UInt32` names, `UInt32`
/// bytes of the names; the names, each a number of bytes and the bytes; the events. An event is
/// its number of fields, its time minus the time of receipt, its sample rate, and its fields: the
/// number of the name times 8 plus the type, then the value. Types: 0 false, 1 true, 2 an integer,
/// 3 a double (8 bytes), 4 a text (a number of bytes and the bytes). Numbers are LEB128; those
/// that can be negative are zigzag-coded before.
///
/// - Note: Belongs to one thread.
package final class LogEventsWriter {
    /// Events of a payload at most.
    package static let mostEvents = 8_192
    /// Bytes after which a payload takes no more events.
    private static let mostBytes = 8 << 20
    /// Bytes before the names.
    static let headerSize = 24
    /// Bytes of a field without the bytes of a text, and of an event without its fields, at most.
    private static let mostFieldBytes = 15
    private static let mostHeadBytes = 20

    private let datasetID: UInt32
    private let receiptTime: Int64
    private let fields = EventFields()
    private var events = GrowingBuffer<UInt8>(capacity: 1 << 14)
    private var byteCount = 0
    /// Events taken.
    package private(set) var eventCount = 0

    /// Makes an empty payload.
    ///
    /// - Parameters:
    ///   - datasetID: The dataset that the events belong to.
    ///   - receiptTime: When they came.
    package init(datasetID: UInt32, receiptTime: Timestamp) {
        self.datasetID = datasetID
        self.receiptTime = receiptTime.nanoseconds
    }

    deinit { events.deallocate() }

    /// Whether the next event belongs in another payload.
    package var isFull: Bool {
        eventCount >= Self.mostEvents || byteCount >= Self.mostBytes || fields.isOvergrown
    }

    /// Takes an event, or says why not.
    ///
    /// - Precondition: The writer is not full.
    package func append(
        _ event: Event, window: ArrivalWindow, maxEventBytes: Int = EventFields.mostEventBytes
    ) -> EventBatchBuilder.Outcome {
        switch fields.stage(event, window: window, maxEventBytes: maxEventBytes) {
        case .refused(let reason): return .refused(reason)
        case .staged(let time, let rate, let isAdjusted):
            write(time: time, sampleRate: rate)
            eventCount += 1
            return isAdjusted ? .adjusted : .stored
        }
    }

    private func write(time: Int64, sampleRate: UInt32) {
        let stage = fields.state
        let count = stage.pointee.fieldCount
        var most = Self.mostHeadBytes + count * Self.mostFieldBytes
        for index in 0..<count { most += Int(stage.pointee.fields.base[index].length) }
        events.reserve(byteCount + most, keeping: byteCount)
        var out = ByteCursor(events.base + byteCount)
        out.write(UInt64(count))
        out.write(zigzag: time &- receiptTime)
        out.write(UInt64(sampleRate))
        for index in 0..<count {
            let field = stage.pointee.fields.base[index]
            let name = UInt64(field.key >> 2) << 3
            switch field.key & 3 {
            case 0: out.write(name | field.bits & 1)
            case 1:
                out.write(name | LogFieldType.int)
                out.write(zigzag: Int64(bitPattern: field.bits))
            case 2:
                out.write(name | LogFieldType.double)
                out.write(fixed: field.bits)
            default:
                out.write(name | LogFieldType.string)
                out.write(UInt64(field.length))
                if let bytes = UnsafePointer<UInt8>(bitPattern: UInt(field.bits)) {
                    out.write(bytes, Int(field.length))
                }
            }
        }
        byteCount = out.pointer - events.base
    }

    /// The payload.
    package func finish() -> [UInt8] {
        let stage = fields.state
        var nameBytes = 0
        for index in 0..<stage.pointee.nameCount {
            nameBytes += Int(stage.pointee.names.base[index].count) + 5
        }
        var header = ByteWriter()
        header.write(datasetID)
        header.write(receiptTime)
        header.write(UInt32(eventCount))
        header.write(UInt32(stage.pointee.nameCount))
        let most = Self.headerSize + nameBytes + byteCount
        return [UInt8](unsafeUninitializedCapacity: most) { target, count in
            guard let base = target.baseAddress else { return }
            var out = ByteCursor(base + Self.headerSize)
            for index in 0..<stage.pointee.nameCount {
                let name = stage.pointee.names.base[index]
                out.write(UInt64(name.count))
                out.write(stage.pointee.nameBytes.base + Int(name.start), Int(name.count))
            }
            header.write(UInt32(out.pointer - base - Self.headerSize))
            header.bytes.withUnsafeBufferPointer { bytes in
                guard let source = bytes.baseAddress else { return }
                base.update(from: source, count: Self.headerSize)
            }
            out.write(events.base, byteCount)
            count = out.pointer - base
        }
    }
}

/// The types of fields in a payload; false and true are types of their own.
enum LogFieldType {
    static let int: UInt64 = 2
    static let double: UInt64 = 3
    static let string: UInt64 = 4
}

/// Writes where enough room was made before.
private struct ByteCursor {
    private(set) var pointer: UnsafeMutablePointer<UInt8>

    init(_ pointer: UnsafeMutablePointer<UInt8>) { self.pointer = pointer }

    /// LEB128: 7 bits a byte, the lowest first.
    @inline(__always)
    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            pointer.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
            pointer += 1
            rest >>= 7
        }
        pointer.pointee = UInt8(truncatingIfNeeded: rest)
        pointer += 1
    }

    @inline(__always)
    mutating func write(zigzag number: Int64) {
        write(UInt64(bitPattern: number &<< 1 ^ number >> 63))
    }

    @inline(__always)
    mutating func write(fixed bits: UInt64) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: bits.littleEndian, as: UInt64.self)
        pointer += 8
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        pointer.update(from: bytes, count: count)
        pointer += count
    }
}
