/// The span types in the form that writing needs: constant bytes and flat arrays, nothing counted.
struct SpanCatalog {
    /// One span type.
    struct Entry {
        let service: Service
        let category: SpanTemplate.Category
        let median: Int64
        let octaves: Double
        let failuresPerMillion: UInt32
        /// The fields that are the same in every span of the type.
        let constants: Fragment
        let groups: Range<Int>
        let statement: Range<Int>
    }

    private(set) var entries: [Entry] = []
    private(set) var groups: [FieldGroup] = []
    private(set) var pieces: [StatementPiece] = []

    init(_ table: inout FragmentTable) {
        for type in SpanType.allCases {
            let template = SpanTemplate.template(type)
            let firstGroup = groups.count
            groups += template.groups
            let firstPiece = pieces.count
            appendPieces(of: template.statement, to: &table)
            let constants =
                [
                    ("name", template.name), ("span.kind", template.kind),
                    ("type", template.kind), ("library.name", template.library),
                    ("meta.signal_type", "trace"),
                ] + template.constants
            entries.append(
                Entry(
                    service: template.service, category: template.category,
                    median: template.medianMicroseconds * 1_000, octaves: template.octaves,
                    failuresPerMillion: template.failuresPerMillion,
                    constants: table.add(fields: constants),
                    groups: firstGroup..<groups.count, statement: firstPiece..<pieces.count))
        }
    }

    private mutating func appendPieces(of statement: String, to table: inout FragmentTable) {
        var text = ""
        var isLiteral = false
        for character in statement {
            if character == "{" {
                pieces.append(.text(table.add(text)))
                text = ""
                isLiteral = true
            } else if character == "}" {
                isLiteral = false
            } else if isLiteral, let literal = StatementLiteral(rawValue: character) {
                pieces.append(.literal(literal))
            } else {
                text.append(character)
            }
        }
        if !text.isEmpty { pieces.append(.text(table.add(text))) }
    }
}
