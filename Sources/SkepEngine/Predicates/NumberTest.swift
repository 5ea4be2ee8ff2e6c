internal import SkepFormat

/// Tests numbers in texts by their digits.
enum NumberTest {
    /// Writes a bit for each number: whether a condition holds.
    ///
    /// - Parameters:
    ///   - numbers: As `DigitRuns` has them.
    ///   - words: Receives the bits; those behind the last number are undefined.
    ///   - part: Room for as many.
    static func select(
        _ condition: TemplatePlaces.Condition, _ numbers: UnsafePointer<Int64>, count: Int,
        into words: UnsafeMutablePointer<UInt64>, part: UnsafeMutablePointer<UInt64>
    ) {
        if condition.kind == .id { return selectIDs(condition, numbers, count, words) }
        let base = Int64(condition.kind.base)
        // Cannot overflow: at most 18 decimal digits, or 15 hexadecimal ones.
        let power = (0..<condition.digitCount).reduce(Int64(1)) { power, _ in power &* base }
        let rest = Int64(bitPattern: condition.value)
        let wanted = power &+ rest
        switch condition.place {
        case .equals:
            SelectKernels.selectRange(
                numbers, count: count, low: wanted, high: wanted, into: words)
        case .begins: selectBeginning(wanted, base, numbers, count, words, part)
        case .ends:
            fill(words, count) { numbers[$0] >= power && numbers[$0] % power == rest }
        case .contains:
            fill(words, count) { index in
                var number = numbers[index]
                // What is left still begins with the 1 in front.
                while number >= power {
                    if number % power == rest { return true }
                    number /= base
                }
                return false
            }
        }
    }

    /// Numbers that begin with some digits are those of one range for each count of digits.
    private static func selectBeginning(
        _ wanted: Int64, _ base: Int64, _ numbers: UnsafePointer<Int64>, _ count: Int,
        _ words: UnsafeMutablePointer<UInt64>, _ part: UnsafeMutablePointer<UInt64>
    ) {
        var least = Int64.max
        var greatest = Int64.min
        for index in 0..<count {
            least = min(least, numbers[index])
            greatest = max(greatest, numbers[index])
        }
        words.update(repeating: 0, count: (count + 63) / 64)
        var low = wanted
        var high = wanted
        while low <= greatest {
            if high >= least {
                SelectKernels.selectRange(numbers, count: count, low: low, high: high, into: part)
                for word in 0..<(count + 63) / 64 { words[word] |= part[word] }
            }
            guard high <= (Int64.max - base) / base else { return }
            low *= base
            high = high * base + (base - 1)
        }
    }

    /// The 16 digits of an id are the bits of its number, 4 for each.
    private static func selectIDs(
        _ condition: TemplatePlaces.Condition, _ numbers: UnsafePointer<Int64>, _ count: Int,
        _ words: UnsafeMutablePointer<UInt64>
    ) {
        let rest = UInt64(64 - condition.digitCount * 4)
        let wanted = condition.value &<< rest
        switch condition.place {
        case .equals, .begins:
            fill(words, count) { (UInt64(bitPattern: numbers[$0]) ^ wanted) &>> rest == 0 }
        case .ends:
            fill(words, count) { UInt64(bitPattern: numbers[$0]) &<< rest == wanted }
        case .contains:
            fill(words, count) { index in
                var number = UInt64(bitPattern: numbers[index])
                for _ in 0...rest / 4 {
                    if (number ^ wanted) &>> rest == 0 { return true }
                    number &<<= 4
                }
                return false
            }
        }
    }

    @inline(__always)
    private static func fill(
        _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ holds: (Int) -> Bool
    ) {
        for word in 0..<(count + 63) / 64 {
            var bits: UInt64 = 0
            for index in word &* 64..<min(count, word &* 64 &+ 64) {
                bits |= (holds(index) ? 1 : 0) &<< UInt64(truncatingIfNeeded: index & 63)
            }
            words[word] = bits
        }
    }
}
