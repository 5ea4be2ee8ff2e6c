import SkepModel
import SkepQuery
import Testing

@testable import SkepEngine

/// Compares conditions on a column of texts with the same conditions on the texts themselves.
///
/// The events have the texts as column `t`, and their number squared as `i`.
enum TextConditions {
    static func check(_ texts: [String?], _ needles: [String], _ run: EngineRun, seed: UInt64)
        throws
    {
        let bytes = texts.map { $0.map { Array($0.utf8) } }
        for needle in needles {
            let wanted = Array(needle.utf8)
            let conditions: [(FilterOp, ([UInt8]) -> Bool)] = [
                (.contains, { contains($0, wanted) }),
                (.startsWith, { $0.starts(with: wanted) }),
                (.endsWith, { $0.reversed().starts(with: wanted.reversed()) }),
                (.equals, { $0 == wanted }),
                (.doesNotContain, { !contains($0, wanted) }),
            ]
            for (op, accepts) in conditions {
                let rows = bytes.indices.filter { index in
                    bytes[index].map(accepts) ?? (op == .doesNotContain)
                }
                let query = try Query("COUNT, SUM(i) WHERE t \(op.rawValue) \"\(needle)\"")
                let result = try run.result(query)
                #expect(
                    result.rows.first?.values.first == .integer(Int128(rows.count)),
                    "seed \(seed): \(op) \(needle)")
                let sum = rows.reduce(0) { $0 + Double($1 * $1) }
                #expect(
                    (result.rows.first?.values.last?.number ?? 0) == sum,
                    "seed \(seed): \(op) \(needle)")
            }
        }
    }

    private static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
        guard needle.count <= text.count else { return false }
        return (0...text.count - needle.count).contains { start in
            text[start..<start + needle.count].elementsEqual(needle)
        }
    }
}
