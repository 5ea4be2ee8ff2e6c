/// A template of texts: its literals with a mark for each number, and the kinds of the numbers.
struct TextTemplate {
    /// The template with the decimal mark for each number: texts that differ in whether their
    /// numbers happen to have letters are of one template.
    let key: [UInt8]
    private(set) var kinds: [DigitRuns.Kind]

    /// The template of the text that was taken apart last.
    init(_ parts: TextParts) {
        key = parts.key
        kinds = (0..<parts.numberCount).map { parts.kinds[$0] }
    }

    /// Takes in the kinds of another text of the template: the wider of two kinds fits both.
    mutating func join(_ parts: TextParts) {
        for index in kinds.indices where kinds[index].rawValue < parts.kinds[index].rawValue {
            kinds[index] = parts.kinds[index]
        }
    }

    /// The template with a mark for each number that tells its kind.
    var marked: [UInt8] {
        var next = 0
        return key.map { byte in
            guard byte == DigitRuns.Kind.decimal.mark else { return byte }
            defer { next += 1 }
            return kinds[next].mark
        }
    }
}
