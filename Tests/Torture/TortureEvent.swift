import Skep
import SkepTestRandom

/// Where an event stands: everything about it follows from this.
struct EventPlace: Hashable {
    /// Who appends it; each writer counts its own events.
    var writer: Int
    var sequence: Int
    /// The sequence of the first event of its append, and how many events that has.
    var batchStart: Int
    var batchCount: Int
}

extension EventPlace {
    /// The datasets; a writer appends to one of them.
    static let datasets = ["orders", "spans"]

    /// The names of the fields that say where an event stands.
    private static let names = (
        writer: "writer", sequence: "sequence", start: "batch.start", count: "batch.count"
    )

    /// The first event time; all times are within the three days that follow.
    static let firstTime = Timestamp(seconds: 1_700_000_000)
    static let days: Int64 = 3

    /// The dataset of a writer.
    static func dataset(of writer: Int) -> String { datasets[writer % datasets.count] }

    /// The place that an event says it has; `nil` when it does not say.
    init?(_ event: Event) {
        guard case .int(let writer) = event.fields[Self.names.writer],
            case .int(let sequence) = event.fields[Self.names.sequence],
            case .int(let start) = event.fields[Self.names.start],
            case .int(let count) = event.fields[Self.names.count]
        else { return nil }
        self.init(
            writer: Int(writer), sequence: Int(sequence), batchStart: Int(start),
            batchCount: Int(count))
    }

    /// The one event that belongs here.
    var event: Event {
        var random = SplitMix(seed: UInt64(writer) << 40 ^ UInt64(sequence) &* 0x9E37_79B9)
        var event = Event(
            [
                Self.names.writer: .int(Int64(writer)), Self.names.sequence: .int(Int64(sequence)),
                Self.names.start: .int(Int64(batchStart)),
                Self.names.count: .int(Int64(batchCount)),
                "name": .string("operation \(random.below(7))"),
                "duration_ms": .double(Double(random.below(1_000_000)) / 1_000),
                "amount": .int(Int64(random.below(100_000))),
            ],
            time: Timestamp(
                nanoseconds: Self.firstTime.nanoseconds
                    + Int64(random.below(Int(Self.days * 86_400))) * 1_000_000_000
                    + Int64(random.below(1_000_000_000))),
            sampleRate: random.pick([1, 1, 1, 10]))
        if random.chance(20) { event.fields["error"] = .bool(random.chance(50)) }
        if random.chance(30) {
            event.fields["db.statement"] = .string(
                "SELECT * FROM orders WHERE id = \(random.below(1_000_000))")
        }
        if random.chance(50) {
            let status = random.below(5)
            event.fields["status"] = status == 0 ? .string("none") : .int(Int64(status) * 100)
        }
        if writer >= Self.firstLargeWriter {
            event.fields["body"] = .string(
                (0..<60).map { _ in String(random.next(), radix: 16) }.joined())
        }
        return event
    }

    /// Writers from here on append large events.
    static let firstLargeWriter = 10

    /// A checksum of the event's fields, time and rate, the same in every process.
    var checksum: UInt64 {
        let event = event
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        add("\(event.fields) \(event.time?.nanoseconds ?? 0) \(event.sampleRate)")
        return hash
    }
}

/// The events of one append.
struct Batch: Hashable {
    var writer: Int
    var start: Int
    var count: Int

    var end: Int { start + count }

    var places: [EventPlace] {
        (start..<end).map {
            EventPlace(writer: writer, sequence: $0, batchStart: start, batchCount: count)
        }
    }

    /// A checksum of all its events.
    var checksum: UInt64 {
        places.reduce(0) { ($0 &* 31) ^ $1.checksum }
    }
}
