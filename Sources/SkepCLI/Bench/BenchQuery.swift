internal import Skep
internal import SkepJSON

/// One query to measure: a line of a benchmark's file.
struct BenchQuery: Sendable {
    var name: String
    var query: Query
    var disablesSeries: Bool
    var wantsTotals: Bool

    private static let fields = ["name", "query", "disable_series", "totals"]

    /// Reads a file of queries, one JSON object a line; blank lines are skipped.
    ///
    /// - Throws: `invalidQuery` with file and line.
    static func read(_ bytes: [UInt8], path: String) throws(SkepError) -> [BenchQuery] {
        var queries: [BenchQuery] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            do throws(SkepError) {
                queries.append(try BenchQuery(line: Array(line), number: index + 1))
            } catch {
                throw SkepError(
                    .invalidQuery, "\(path), line \(index + 1): \(error.message)")
            }
        }
        if queries.isEmpty { throw SkepError(.invalidQuery, "\(path) holds no query") }
        return queries
    }

    private init(line: [UInt8], number: Int) throws(SkepError) {
        let document = try JSONValue.parse(line, code: .invalidQuery)
        for (key, _) in document.object ?? [] where !Self.fields.contains(key) {
            let near = NearNames.question(for: key, in: Self.fields)
            throw SkepError(.invalidQuery, "\(key): unknown field.\(near)")
        }
        guard let specification = document["query"] else {
            throw SkepError(.invalidQuery, "query: missing.")
        }
        name = document["name"]?.string ?? "line \(number)"
        query = try QuerySpecification.read(specification)
        disablesSeries = try Self.flag(document, "disable_series")
        wantsTotals = try Self.flag(document, "totals")
    }

    private static func flag(_ document: JSONValue, _ name: String) throws(SkepError) -> Bool {
        guard let value = document[name], !value.isNull else { return false }
        guard let flag = value.bool else {
            throw SkepError(.invalidQuery, "\(name): expected a bool, not \(value.kind).")
        }
        return flag
    }
}
