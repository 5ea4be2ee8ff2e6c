/// Chooses the templates that a block's texts are tried against, from a sample.
struct TemplateChoice {
    /// Texts looked at, besides the first of each group.
    private static let sampleCount = 512
    /// A block has templates if one text of this many at most has none.
    static let mostOthers = 4

    /// The most frequent first.
    private(set) var templates: [TextTemplate] = []

    /// - Returns: `nil` if few texts of the sample share templates with others, or none has a
    ///   number.
    init?(
        ends: UnsafeBufferPointer<UInt32>, bytes: UnsafePointer<UInt8>,
        groups: UnsafePointer<UInt8>?, groupCount: Int
    ) {
        var found: [[UInt8]: (template: TextTemplate, count: Int)] = [:]
        let parts = TextParts()
        var sampled = 0
        func look(_ index: Int, weight: Int) {
            let start = index == 0 ? 0 : Int(ends[index - 1])
            let text = UnsafeBufferPointer(start: bytes + start, count: Int(ends[index]) - start)
            guard parts.read(text) else { return }
            let key = parts.key
            found[key, default: (TextTemplate(parts), 0)].template.join(parts)
            found[key]?.count += weight
        }
        for index in stride(from: 0, to: ends.count, by: max(1, ends.count / Self.sampleCount)) {
            look(index, weight: 1)
            sampled += 1
        }
        let shared = found.values.reduce(0) { $0 + ($1.count > 1 ? $1.count : 0) }
        guard shared * Self.mostOthers >= sampled * (Self.mostOthers - 1),
            found.values.contains(where: { $0.count > 1 && !$0.template.kinds.isEmpty })
        else { return nil }
        if let groups {
            // Shapes tell the templates only if rare ones are known too.
            var isKnown = [Bool](repeating: false, count: groupCount)
            for index in 0..<ends.count where !isKnown[Int(groups[index])] {
                isKnown[Int(groups[index])] = true
                look(index, weight: 2)
            }
        }
        let chosen = found.values.filter { $0.count > 1 }.sorted {
            ($1.count, String(decoding: $0.template.key, as: UTF8.self))
                < ($0.count, String(decoding: $1.template.key, as: UTF8.self))
        }
        templates = chosen.prefix(FormatLimits.maxTemplates).map(\.template)
    }
}
