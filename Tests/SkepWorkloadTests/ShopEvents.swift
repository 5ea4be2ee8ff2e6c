import Foundation
import SkepModel
import SkepWorkload
import Testing

/// The events of a workload, read back.
struct ShopEvents {
    /// One line: its fields with time and sample rate among them, as written.
    typealias Fields = [String: Value]

    static let end = Timestamp(seconds: 1_795_176_000)  // 2026-11-20T12:00:00Z
    static let hour: Int64 = 3_600_000_000_000

    /// A workload that several tests look at, read once.
    static let some = ShopEvents(ShopEvents.lines(events: 12_000, seed: 41, span: 6 * hour))

    let events: [Fields]

    init(_ bytes: [UInt8]) {
        events = bytes.split(separator: 10).map { Self.fields(of: $0) }
    }

    /// The bytes of a whole workload, written in portions.
    static func lines(
        events: Int, seed: UInt64, end: Timestamp = ShopEvents.end, span: Int64,
        portion: Int = 1 << 16
    ) -> [UInt8] {
        var workload = ShopWorkload(.init(events: events, seed: seed, end: end, span: span))
        var all: [UInt8] = []
        var buffer: [UInt8] = []
        while workload.write(into: &buffer, atLeast: portion) {
            all += buffer
            buffer.removeAll(keepingCapacity: true)
        }
        return all
    }

    /// Reads one flat JSON object, keeping integers and doubles apart.
    static func fields(of line: ArraySlice<UInt8>) -> Fields {
        var fields: Fields = [:]
        var position = line.startIndex + 1
        func text() -> String {
            let start = position + 1
            position = start
            while line[position] != 34 { position += line[position] == 92 ? 2 : 1 }
            defer { position += 1 }
            let raw = String(decoding: line[start..<position], as: UTF8.self)
            return raw.contains("\\") ? raw.replacingOccurrences(of: "\\\"", with: "\"") : raw
        }
        while position < line.endIndex {
            let name = text()
            position += 1
            if line[position] == 34 {
                fields[name] = .string(text())
            } else {
                let start = position
                while line[position] != 44, line[position] != 125 { position += 1 }
                fields[name] = value(String(decoding: line[start..<position], as: UTF8.self))
            }
            position += 1
        }
        return fields
    }

    private static func value(_ text: String) -> Value? {
        if text == "true" || text == "false" { return .bool(text == "true") }
        if text.contains(".") { return Double(text).map { .double($0) } }
        return Int64(text).map { .int($0) }
    }
}

extension [String: Value] {
    func string(_ name: String) -> String? {
        if case .string(let text) = self[name] { text } else { nil }
    }

    func double(_ name: String) -> Double? {
        if case .double(let number) = self[name] { number } else { nil }
    }

    /// When the span started, in nanoseconds.
    var start: Int64? {
        string("Timestamp").flatMap { Timestamp(rfc3339: $0) }?.nanoseconds
    }

    /// How long it took; six digits of milliseconds are whole nanoseconds.
    var duration: Int64? {
        double("duration_ms").map { Int64(($0 * 1_000_000).rounded()) }
    }
}
