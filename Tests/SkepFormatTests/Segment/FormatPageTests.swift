import Foundation
import SkepFormat
import SkepModel
import Testing

@Suite struct FormatPageTests {
    /// The example of the page: two events.
    private func example() throws -> [UInt8] {
        let rows = [
            Row(1_000, [("a", .int(1))]),
            Row(2_000, [("a", .int(2)), ("b", .text("x"))]),
        ]
        return try SegmentImage.bytes([RowBatch.make(rows)])
    }

    private func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent(
                "Sources/Skep/Documentation.docc/FileFormat.md"), encoding: .utf8)
    }

    /// The bytes as the page shows them: 16 on a line, behind their offset.
    private func dump(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            let line = bytes[start..<min(bytes.count, start + 16)].map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            let offset = String(start, radix: 16)
            let padding = String(repeating: "0", count: 4 - offset.count)
            return padding + offset + "  " + line.joined(separator: " ")
        }
    }

    @Test func showsTheBytesThatTheWriterWrites() throws {
        let lines = try page().split(separator: "\n").map(String.init)
        let shown = lines.filter { line in
            line.count >= 6 && line.prefix(4).allSatisfy(\.isHexDigit)
                && line.dropFirst(4).hasPrefix("  ")
        }.map { $0.split(separator: "|", maxSplits: 1)[0].trimmingCharacters(in: .whitespaces) }
        let expected = dump(try example())
        #expect(shown == expected, "the page should show:\n\(expected.joined(separator: "\n"))")
    }

    @Test func namesEveryEncodingAndSection() throws {
        let page = try page()
        for encoding in EncodingID.allCases {
            #expect(page.contains("| \(encoding.rawValue) | `\(encoding)` |"))
        }
    }

    @Test func saysTheLimitsAsTheyAre() throws {
        let page = try page()
        let limits = [
            ("blockRows", FormatLimits.blockRows), ("vectorRows", FormatLimits.vectorRows),
            ("maxSegmentRows", FormatLimits.maxSegmentRows),
            ("maxColumns", FormatLimits.maxColumns), ("maxShapes", FormatLimits.maxShapes),
            ("maxShapeValues", FormatLimits.maxShapeValues),
            ("maxDictionary", FormatLimits.maxDictionary),
            ("maxAffixBytes", FormatLimits.maxAffixBytes),
            ("maxTemplates", FormatLimits.maxTemplates),
            ("maxTemplateNumbers", FormatLimits.maxTemplateNumbers),
            ("maxTemplateBytes", FormatLimits.maxTemplateBytes), ("slack", FormatLimits.slack),
            ("maxRefinedShapes", FormatLimits.maxRefinedShapes),
            ("minColumnRows", FormatLimits.minColumnRows),
            ("maxRareValues", FormatLimits.maxRareValues),
            ("maxBlockTextBytes", FormatLimits.maxBlockTextBytes),
            ("maxDictionaryBytes", FormatLimits.maxDictionaryBytes),
        ]
        for (name, value) in limits {
            let digits = String(value).reversed().enumerated().map { index, digit in
                index > 0 && index % 3 == 0 ? "\(digit)," : "\(digit)"
            }
            #expect(page.contains("| `\(name)` | \(digits.reversed().joined()) |"), "\(name)")
        }
        #expect(FormatLimits.hexWidths == 4...32)
        #expect(page.contains("The format is \(FormatVersion.major).\(FormatVersion.minor) "))
    }

    @Test func saysHashesAsTheyAre() throws {
        let page = try page()
        for (text, words) in [
            ("skep", "Of \"skep\""), (String(repeating: "a", count: 40), "of 40"),
        ] {
            let hash = Array(text.utf8).withUnsafeBytes { bytes in
                bytes.baseAddress.map { Hash64.hash($0, count: bytes.count) }
            }
            let digits = String(try #require(hash), radix: 16, uppercase: true)
            #expect(page.contains("`\(digits)`") && page.contains(words), "\(digits)")
        }
    }
}
