import Foundation
import SkepModel
import Testing

@Suite struct FixtureTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "fixtures")

    private static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    @Test func theFixtureIsWhatTheGeneratorWrites() throws {
        let end = try #require(Timestamp(rfc3339: "2026-11-20T12:00:00Z"))
        let generated = ShopEvents.lines(
            events: 2_000, seed: 7, end: end, span: 2 * ShopEvents.hour)
        // Compared outside of the macro, which would print megabytes.
        let isSame = try Self.bytes("shop.ndjson") == generated
        #expect(isSame, "regenerate the fixtures as fixtures/README.md says")
    }

    @Test func everyLineIsJSON() throws {
        for line in try Self.bytes("shop.ndjson").split(separator: 10) {
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            #expect(object?.count == ShopEvents.fields(of: line).count)
        }
    }

    @Test func theOTLPFixtureHoldsTheSameSpans() throws {
        let expected = ShopEvents(try Self.bytes("shop.ndjson")).events
        let data = Data(try Self.bytes("shop.otlp.json"))
        let request = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        var starts: [String: String] = [:]
        for resource in request["resourceSpans"] as? [[String: Any]] ?? [] {
            for scope in resource["scopeSpans"] as? [[String: Any]] ?? [] {
                for span in scope["spans"] as? [[String: Any]] ?? [] {
                    let id = try #require(span["spanId"] as? String)
                    starts[id] = span["startTimeUnixNano"] as? String
                }
            }
        }
        #expect(starts.count == expected.count)
        for event in expected {
            let id = try #require(event.string("trace.span_id"))
            #expect(starts[id] == String(try #require(event.start)))
        }
    }

    @Test func theFieldTableNamesEveryField() throws {
        let readme = String(decoding: try Self.bytes("README.md"), as: UTF8.self)
        var documented: Set<String> = []
        for line in readme.split(separator: "\n") where line.hasPrefix("| `") {
            documented.insert(String(line.dropFirst(3).prefix { $0 != "`" }))
        }
        var used: Set<String> = []
        for event in ShopEvents(try Self.bytes("shop.ndjson")).events { used.formUnion(event.keys) }
        #expect(documented == used)
    }
}
