internal import CSkepKernels
internal import SkepModel

/// The templates by which the texts of a block are made: literals with numbers between them.
///
/// - Note: Unchecked sendable: filled by its initializer, then only read.
package final class TextTemplates: @unchecked Sendable {
    /// How many templates there are, at most `FormatLimits.maxTemplates`.
    package let count: Int
    /// As the kernels want them; one more, which is empty, stands for texts of no template.
    let patterns: UnsafeMutablePointer<skep_template>
    private let literals = PayloadBuffer()
    private let lengths: UnsafeMutablePointer<UInt32>
    private let kinds: UnsafeMutablePointer<UInt8>

    /// Takes apart templates that have a mark where a number is.
    ///
    /// - Throws: `corruption` when a template has other digits, or too much of anything.
    init(_ templates: [UnsafeBufferPointer<UInt8>]) throws(SkepError) {
        count = templates.count
        patterns = .allocate(capacity: count + 1)
        patterns.initialize(repeating: skep_template(), count: count + 1)
        let parts = templates.reduce(1) {
            $0 + $1.reduce(1) { $0 + (DigitRuns.Kind(mark: $1) == nil ? 0 : 1) }
        }
        lengths = .allocate(capacity: parts)
        lengths.initialize(repeating: 0, count: parts)
        kinds = .allocate(capacity: parts)
        kinds.initialize(repeating: DigitRuns.Kind.decimal.rawValue, count: parts)
        for template in templates {
            guard template.count <= FormatLimits.maxTemplateBytes else { throw Self.impossible }
            literals.append(UnsafeRawBufferPointer(template))
        }
        try cut(templates)
    }

    deinit {
        patterns.deallocate()
        lengths.deallocate()
        kinds.deallocate()
    }

    private static var impossible: SkepError { Damage.found("a template of texts is impossible") }

    /// Finds the literals; the marks between them go.
    private func cut(_ templates: [UnsafeBufferPointer<UInt8>]) throws(SkepError) {
        let bytes = literals.base.assumingMemoryBound(to: UInt8.self)
        var target = 0
        var part = 0
        for (index, template) in templates.enumerated() {
            let first = part
            let start = target
            var isBehindNumber = false
            for byte in template {
                if let kind = DigitRuns.Kind(mark: byte), !isBehindNumber {
                    kinds[part] = kind.rawValue
                    part += 1
                    isBehindNumber = true
                } else if DigitRuns.Kind.decimal.contains(byte) {
                    throw Self.impossible
                } else {
                    bytes[target] = byte
                    target += 1
                    lengths[part] += 1
                    isBehindNumber = false
                }
            }
            guard part - first <= FormatLimits.maxTemplateNumbers else { throw Self.impossible }
            patterns[index] = skep_template(
                literals: bytes + start, lengths: lengths + first, kinds: kinds + first,
                numbers: UInt32(part - first))
            part += 1
        }
        // The empty one.
        patterns[count] = skep_template(
            literals: bytes, lengths: lengths + part, kinds: kinds, numbers: 0)
    }

    /// How many numbers the texts of a template have.
    @inline(__always)
    package func numberCount(_ template: Int) -> Int { Int(patterns[template].numbers) }

    /// What a number of a template is made of.
    package func kind(_ template: Int, _ number: Int) -> DigitRuns.Kind {
        DigitRuns.Kind(rawValue: patterns[template].kinds[number]) ?? .decimal
    }

    /// Bytes of all literals of a template.
    func literalSize(_ template: Int) -> Int {
        (0...numberCount(template)).reduce(0) { $0 + Int(patterns[template].lengths[$1]) }
    }

    /// A template with the decimal mark for each number (see `TextParts`).
    package func key(_ template: Int) -> [UInt8] {
        var key: [UInt8] = []
        for index in 0...numberCount(template) {
            if index > 0 { key.append(DigitRuns.Kind.decimal.mark) }
            key += literal(template, index)
        }
        return key
    }

    /// A literal of a template: number 0 is before the first number.
    package func literal(_ template: Int, _ index: Int) -> UnsafeBufferPointer<UInt8> {
        let pattern = patterns[template]
        let start = (0..<index).reduce(0) { $0 + Int(pattern.lengths[$1]) }
        return UnsafeBufferPointer(
            start: pattern.literals + start, count: Int(pattern.lengths[index]))
    }
}
