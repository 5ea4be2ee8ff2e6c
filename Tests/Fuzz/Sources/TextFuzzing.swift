import SkepIngest
import SkepJSON
import SkepModel
import SkepQuery
import SkepTestSupport

/// Lines of events, queries as text and as JSON.
enum TextFuzzing {
    private static let now = RandomEvents.now

    /// Every line is stored or refused, and the parser is as good as new afterwards.
    static func runJSON(_ bytes: UnsafeRawBufferPointer) {
        let parser = NDJSONParser(IngestOptions(receiptTime: now, maxEventBytes: 10_000))
        let parsed = parser.parse(chunk: bytes, firstLine: 1)
        for batch in parsed.batches {
            precondition(batch.shapeCodes.count == batch.rowCount)
        }
        let line = Array("{\"a\":1}\n".utf8)
        let next = line.withUnsafeBytes { parser.parse(chunk: $0, firstLine: 1) }
        precondition(next.batches.reduce(0) { $0 + $1.rowCount } == 1, "a line was not stored")
        reading { _ = try JSONValue.parse(Array(bytes)) }
    }

    /// A query that is understood prints as text that is understood as the same query.
    static func runText(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        reading {
            let query: Query
            do throws(SkepError) {
                query = try QueryText.parse(text, now: now)
            } catch {
                _ = QueryText.diagnostic(error, in: text)
                throw error
            }
            _ = try? Binder.bind(query, now: now)
            let printed = QueryText.print(query)
            let again = try QueryText.parse(printed)
            precondition(again == query, "reads back otherwise: \(printed)")
        }
    }

    static func runSpecification(_ bytes: UnsafeRawBufferPointer) {
        reading {
            let query = try QuerySpecification.read(Array(bytes))
            _ = try? Binder.bind(query, now: now)
            let written = QuerySpecification.text(query)
            let again = try QuerySpecification.read(written)
            precondition(again == query, "reads back otherwise: \(written)")
        }
    }

    static func queries() -> [Query] {
        var events = RandomEvents(seed: 3)
        var queries = RandomQueries(seed: 3, events: events.events(50))
        return (0..<12).map { _ in queries.next().query }
    }

    static func jsonSeeds() -> [[UInt8]] {
        [
            #"{"time":"2026-09-21T13:00:00.5Z","a":1,"b":-2.5e3,"c":"x\u00e9\ud83d\ude00\n","d":true}"#,
            #"{"time":1790000000,"SampleRate":10,"nested":{"deep":{"er":[1,"two",null]}},"e":null}"#,
            "\u{FEFF}{\"a\":12345678901234567890}\n\n{\"a\":{}}\r\n[1]\n{\"a\":\"\\ud800\"}\n{\"b\":1e999}",
            #"{"data":{"x":[{"y":[]}]},"time":"2026-09-21","samplerate":2} "#,
        ].map { Array($0.utf8) }
    }
}
