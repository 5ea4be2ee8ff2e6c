/// The numbers in a text: runs of digits, and how one run becomes an integer.
package enum DigitRuns {
    /// What a run is made of, and how it becomes an integer.
    ///
    /// A run of n decimal digits, or of up to 15 hexadecimal ones, is the integer that they are
    /// behind a 1: "007" is 1007. So every run has an integer of its own, whatever zeros it begins
    /// with. Exactly 16 hexadecimal digits, as many ids have them, are the bits of the integer.
    package enum Kind: UInt8, Sendable, CaseIterable {
        case decimal = 0
        /// The digits and the letters a to f.
        case hexadecimal = 1
        case id = 2

        /// How many digits a run can have.
        package var digitCounts: ClosedRange<Int> {
            switch self {
            case .decimal: 1...18
            case .hexadecimal: 1...15
            case .id: 16...16
            }
        }

        /// What one digit more multiplies a number by.
        package var base: UInt64 { self == .decimal ? 10 : 16 }

        /// What stands for a run in a template.
        var mark: UInt8 { 48 + rawValue }

        @inline(__always)
        package func contains(_ byte: UInt8) -> Bool {
            byte &- 48 < 10 || self != .decimal && byte &- 97 < 6
        }

        init?(mark: UInt8) { self.init(rawValue: mark &- 48) }
    }

    /// The number that digits are.
    ///
    /// - Returns: `nil` if there are more than a run of the kind can have, or other bytes.
    package static func value(_ digits: ArraySlice<UInt8>, kind: Kind) -> UInt64? {
        guard digits.count <= kind.digitCounts.upperBound, digits.allSatisfy(kind.contains) else {
            return nil
        }
        return digits.withUnsafeBufferPointer { value($0, base: kind.base) }
    }

    /// The number that digits of a base are, of which there are not too many.
    static func value(_ digits: UnsafeBufferPointer<UInt8>, base: UInt64) -> UInt64 {
        var value: UInt64 = 0
        for byte in digits {
            // Cannot overflow: at most 18 decimal digits, or 16 hexadecimal ones.
            value = value &* base &+ UInt64(byte &- (byte < 97 ? 48 : 87))
        }
        return value
    }

    /// The integer that is stored for a run.
    static func integer(_ digits: UnsafeBufferPointer<UInt8>, kind: Kind) -> Int64 {
        let value = value(digits, base: kind.base)
        if kind == .id { return Int64(bitPattern: value) }
        var power: UInt64 = 1
        // Cannot overflow: as above.
        for _ in 0..<digits.count { power &*= kind.base }
        return Int64(bitPattern: power &+ value)
    }
}
