/// Writes the bytes of lines one after another into memory that its owner made large enough.
///
/// Nothing is checked here: `ShopWorkload` leaves room for a longest line before each event.
struct LineWriter {
    /// Where the next byte goes.
    private(set) var end: UnsafeMutablePointer<UInt8>
    private let fragments: UnsafePointer<UInt8>

    init(start: UnsafeMutablePointer<UInt8>, fragments: UnsafePointer<UInt8>) {
        end = start
        self.fragments = fragments
    }

    mutating func byte(_ byte: UInt8) {
        end.pointee = byte
        end += 1
    }

    mutating func text(_ text: StaticString) {
        end.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        end += text.utf8CodeUnitCount
    }

    mutating func fragment(_ fragment: Fragment) {
        let length = Int(fragment.length)
        end.update(from: fragments + Int(fragment.offset), count: length)
        end += length
    }

    /// Writes a number without leading zeros.
    mutating func decimal(_ number: UInt64) {
        var digits = 1
        var bound: UInt64 = 10
        while digits < 19, number >= bound {
            digits &+= 1
            bound &*= 10  // At most 10^19, which fits.
        }
        if number >= bound { digits &+= 1 }
        padded(number, digits: digits)
    }

    /// Writes the last `digits` digits of a number, with leading zeros.
    mutating func padded(_ number: UInt64, digits: Int) {
        var rest = number
        var position = digits
        while position > 0 {
            position &-= 1
            end[position] = UInt8(truncatingIfNeeded: 48 &+ rest % 10)
            rest /= 10
        }
        end += digits
    }

    /// Writes the low `digits` (1 to 16) hexadecimal digits of a number.
    mutating func hex(_ number: UInt64, digits: Int = 16) {
        var shift = digits &* 4
        while shift > 0 {
            shift &-= 4
            let nibble = UInt8(truncatingIfNeeded: (number >> UInt64(shift)) & 15)
            byte(nibble &+ (nibble < 10 ? 48 : 87))
        }
    }

    /// Writes an amount of hundredths with two digits after the point.
    mutating func hundredths(_ amount: UInt64) {
        decimal(amount / 100)
        byte(46)
        padded(amount % 100, digits: 2)
    }

    /// Writes nanoseconds as milliseconds, always with a point, so that it reads as a double.
    mutating func milliseconds(_ nanoseconds: Int64) {
        let positive = UInt64(max(nanoseconds, 0))
        decimal(positive / 1_000_000)
        byte(46)
        padded(positive % 1_000_000, digits: 6)
        var zeros = 0
        while zeros < 5, (end - 1).pointee == 48 {
            end -= 1
            zeros &+= 1
        }
    }
}
