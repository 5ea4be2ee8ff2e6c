/// Takes a text apart into its template and its numbers.
///
/// A run of letters and digits is one number if it has digits and no letters but a to f, of which
/// it has some; otherwise its longest runs of decimal digits are numbers by themselves. So no
/// literal holds a digit, and none begins or ends with a digit of a number beside it.
///
/// - Note: For one thread; it keeps the parts of the last text.
package final class TextParts {
    /// The template with the decimal mark for each number, whatever its kind.
    package private(set) var count = 0
    package let template: UnsafeMutablePointer<UInt8>
    /// The numbers, as they are stored, and their kinds.
    package private(set) var numberCount = 0
    package let numbers: UnsafeMutablePointer<Int64>
    package let kinds: UnsafeMutablePointer<DigitRuns.Kind>

    /// What a byte is; bits, so that those of a word can be joined.
    private static let digit: UInt8 = 1
    private static let lowLetter: UInt8 = 2
    private static let otherLetter: UInt8 = 4
    private let classes: UnsafeMutablePointer<UInt8>

    package init() {
        template = .allocate(capacity: FormatLimits.maxTemplateBytes)
        numbers = .allocate(capacity: FormatLimits.maxTemplateNumbers)
        kinds = .allocate(capacity: FormatLimits.maxTemplateNumbers)
        classes = .allocate(capacity: 256)
        for byte in UInt8.min...UInt8.max {
            let letter = byte | 32
            let known: UInt8 =
                switch byte {
                case 48..<58: Self.digit
                case 97..<103: Self.lowLetter
                default: letter >= 97 && letter < 123 ? Self.otherLetter : 0
                }
            (classes + Int(byte)).initialize(to: known)
        }
    }

    deinit {
        template.deallocate()
        numbers.deallocate()
        kinds.deallocate()
        classes.deallocate()
    }

    /// The template, without the kinds of its numbers.
    var key: [UInt8] { Array(UnsafeBufferPointer(start: template, count: count)) }

    /// Takes a text apart.
    ///
    /// - Returns: Whether it has a template: no number is too long, and it has not too many
    ///   numbers or too long literals.
    /// - Complexity: O(bytes).
    package func read(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        count = 0
        numberCount = 0
        guard let bytes = text.baseAddress else { return true }
        var start = 0
        while start < text.count {
            var seen = classes[Int(bytes[start])]
            var end = start &+ 1
            if seen == 0 {
                guard append(bytes, start..<end) else { return false }
                start = end
                continue
            }
            while end < text.count {
                let next = classes[Int(bytes[end])]
                if next == 0 { break }
                seen |= next
                end &+= 1
            }
            guard append(bytes, word: start..<end, of: seen) else { return false }
            start = end
        }
        return true
    }

    private func append(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
        guard count &+ range.count <= FormatLimits.maxTemplateBytes else { return false }
        (template + count).update(from: bytes + range.lowerBound, count: range.count)
        count &+= range.count
        return true
    }

    private func append(
        _ bytes: UnsafePointer<UInt8>, word: Range<Int>, of seen: UInt8
    ) -> Bool {
        if seen & Self.digit == 0 { return append(bytes, word) }
        if seen == Self.digit { return append(bytes, number: word, .decimal) }
        if seen == Self.digit | Self.lowLetter {
            return append(bytes, number: word, word.count == 16 ? .id : .hexadecimal)
        }
        var start = word.lowerBound
        while start < word.upperBound {
            let isNumber = classes[Int(bytes[start])] == Self.digit
            var end = start &+ 1
            while end < word.upperBound,
                (classes[Int(bytes[end])] == Self.digit) == isNumber
            {
                end &+= 1
            }
            let part = start..<end
            guard isNumber ? append(bytes, number: part, .decimal) : append(bytes, part) else {
                return false
            }
            start = end
        }
        return true
    }

    private func append(
        _ bytes: UnsafePointer<UInt8>, number range: Range<Int>, _ kind: DigitRuns.Kind
    ) -> Bool {
        guard kind.digitCounts.contains(range.count),
            numberCount < FormatLimits.maxTemplateNumbers,
            count < FormatLimits.maxTemplateBytes
        else { return false }
        template[count] = DigitRuns.Kind.decimal.mark
        count &+= 1
        let digits = UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count)
        (numbers + numberCount).initialize(to: DigitRuns.integer(digits, kind: kind))
        (kinds + numberCount).initialize(to: kind)
        numberCount &+= 1
        return true
    }
}
