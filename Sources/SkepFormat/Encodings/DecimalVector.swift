internal import CSkepKernels

/// Finds how the doubles of a vector are best written as decimals; reused for all vectors of a
/// block, because neighbours are alike.
final class DecimalVector {
    /// How numbers are made from mantissas and exponents, and what they need.
    private struct Choice {
        var greatest = 0
        var exponentBits = 0
        var least: Int64 = 0
        var width = PackedWidth(width: 0)
        var words = Int.max
    }

    /// Exponents above this mean that a value is not a short decimal.
    private static let none: UInt8 = 255
    /// Values by which exponents are chosen.
    private static let sampleCount = 256
    /// Integer powers of ten.
    private static let factors: [Int64] = {
        var factors: [Int64] = [1]
        while factors.count < 19 { factors.append((factors.last ?? 1) * 10) }
        return factors
    }()

    private var count = 0
    private var guess = 0
    private let mantissas: UnsafeMutablePointer<Int64>
    private let exponents: UnsafeMutablePointer<UInt8>
    private let numbers: UnsafeMutablePointer<UInt64>
    private let sampleMantissas: UnsafeMutablePointer<Int64>
    private let sampleExponents: UnsafeMutablePointer<UInt8>

    init() {
        mantissas = .allocate(capacity: PackedVector.capacity)
        exponents = .allocate(capacity: PackedVector.capacity)
        numbers = .allocate(capacity: PackedVector.capacity)
        sampleMantissas = .allocate(capacity: Self.sampleCount)
        sampleExponents = .allocate(capacity: Self.sampleCount)
    }

    deinit {
        mantissas.deallocate()
        exponents.deallocate()
        numbers.deallocate()
        sampleMantissas.deallocate()
        sampleExponents.deallocate()
    }

    /// Finds mantissa and exponent of each value.
    func analyse(_ values: UnsafePointer<Double>, count: Int) {
        self.count = count
        DecimalDoubles.powers.withUnsafeBufferPointer { powers in
            var failures = scale(values, powers)
            if failures * 8 > count, let better = betterGuess(values, powers) {
                guess = better
                failures = scale(values, powers)
            }
            for index in 0..<count {
                if exponents[index] != 0 {
                    let digits = DecimalDigits.find(values[index], powers)
                    mantissas[index] = digits?.mantissa ?? 0
                    exponents[index] = digits.map { UInt8($0.exponent) } ?? Self.none
                } else {
                    strip(index)
                }
            }
        }
    }

    /// Scales all values by the guessed power; leaves in `exponents` whether that failed.
    private func scale(
        _ values: UnsafePointer<Double>, _ powers: UnsafeBufferPointer<Double>
    ) -> Int {
        skep_to_decimals(values, count, powers[guess], mantissas, exponents)
    }

    /// The greatest exponent among some values that the guess does not fit.
    private func betterGuess(
        _ values: UnsafePointer<Double>, _ powers: UnsafeBufferPointer<Double>
    ) -> Int? {
        var best: Int?
        var tried = 0
        for index in stride(from: 0, to: count, by: max(1, count / 128)) where tried < 16 {
            guard exponents[index] != 0 else { continue }
            tried += 1
            guard let digits = DecimalDigits.find(values[index], powers) else { continue }
            best = max(best ?? guess, digits.exponent)
        }
        return best
    }

    /// Gives the value the least exponent by taking zeros from the mantissa's end.
    @inline(__always)
    private func strip(_ index: Int) {
        var mantissa = mantissas[index]
        var exponent = mantissa == 0 ? 0 : guess
        while exponent > 0 {
            let tenth = mantissa / 10
            guard tenth &* 10 == mantissa else { break }
            mantissa = tenth
            exponent &-= 1
        }
        mantissas[index] = mantissa
        exponents[index] = UInt8(truncatingIfNeeded: exponent)
    }

    /// Writes the analysed values.
    func write(_ values: UnsafePointer<Double>, to writer: inout PackedVectorsWriter) {
        var choice = choose()
        evaluate(&choice, mantissas, exponents, count: count)
        guess = choice.greatest
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { positions in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { exceptions in
                guard let places = positions.baseAddress, let bits = exceptions.baseAddress else {
                    return
                }
                var found = 0
                for index in 0..<count {
                    guard
                        !fits(choice, mantissas[index], exponents[index])
                            || lengthOf(numbers[index]) > choice.width.width
                    else { continue }
                    places[found] = UInt16(truncatingIfNeeded: index)
                    bits[found] = values[index].bitPattern
                    found += 1
                }
                writer.append(
                    numbers, count: count, base: UInt64(bitPattern: choice.least),
                    choice: PackedWidth(width: choice.width.width, exceptionCount: found),
                    tag: UInt8(choice.greatest | choice.exponentBits << 5), positions: places,
                    exceptions: bits)
            }
        }
    }

    @inline(__always)
    private func lengthOf(_ number: UInt64) -> Int { 64 &- number.leadingZeroBitCount }

    /// The best choice for a sample of the values.
    private func choose() -> Choice {
        let step = max(1, (count + Self.sampleCount - 1) / Self.sampleCount)
        var sampled = 0
        for index in stride(from: 0, to: count, by: step) {
            sampleMantissas[sampled] = mantissas[index]
            sampleExponents[sampled] = exponents[index]
            sampled += 1
        }
        var best = Choice()
        for greatest in greatestExponents() {
            for exponentBits in 0...DecimalDoubles.mostExponentBits {
                if exponentBits > 0, 1 << (exponentBits - 1) > greatest { break }
                var choice = Choice(greatest: greatest, exponentBits: exponentBits)
                evaluate(&choice, sampleMantissas, sampleExponents, count: sampled)
                if choice.words < best.words { best = choice }
            }
        }
        return best
    }

    /// The greatest exponent, and the greatest without the few highest.
    private func greatestExponents() -> [Int] {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            for index in 0..<count { counts[Int(exponents[index])] &+= 1 }
            let all = (0..<DecimalDoubles.powers.count).last { counts[$0] > 0 } ?? 0
            var most = all
            var above = 0
            while most > 0, above + counts[most] <= count / 50 {
                above += counts[most]
                most -= 1
            }
            return most == all ? [all] : [all, most]
        }
    }

    /// Whether the value can be written with the choice, apart from the width.
    @inline(__always)
    private func fits(_ choice: Choice, _ mantissa: Int64, _ exponent: UInt8) -> Bool {
        number(choice, mantissa, exponent) != nil
    }

    /// The integer and by how much the exponent is less than the greatest.
    @inline(__always)
    private func number(_ choice: Choice, _ mantissa: Int64, _ exponent: UInt8)
        -> (integer: Int64, less: Int)?
    {
        guard Int(exponent) <= choice.greatest else { return nil }
        let distance = choice.greatest &- Int(exponent)
        let less = min(distance, (1 << choice.exponentBits) &- 1)
        let power = distance &- less
        guard power < 19 else { return mantissa == 0 ? (0, less) : nil }
        let (integer, overflow) = mantissa.multipliedReportingOverflow(by: Self.factors[power])
        guard !overflow, integer.magnitude < 1 << 51 else { return nil }
        return (integer, less)
    }

    /// Fills `numbers` for values and computes what they need.
    private func evaluate(
        _ choice: inout Choice, _ mantissas: UnsafePointer<Int64>,
        _ exponents: UnsafePointer<UInt8>, count: Int
    ) {
        var least = Int64.max
        for index in 0..<count {
            guard let number = number(choice, mantissas[index], exponents[index]) else { continue }
            least = min(least, number.integer)
        }
        choice.least = least == Int64.max ? 0 : least
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 65) { lengths in
            lengths.initialize(repeating: 0)
            var forced = 0
            for index in 0..<count {
                guard let number = number(choice, mantissas[index], exponents[index]) else {
                    forced += 1
                    numbers[index] = 0
                    continue
                }
                // Wrapping: the difference of two integers below 2^51.
                let distance = UInt64(bitPattern: number.integer &- choice.least)
                numbers[index] = distance << UInt64(choice.exponentBits) | UInt64(number.less)
                lengths[lengthOf(numbers[index])] &+= 1
            }
            var full = 64
            while full > 0, lengths[full] == 0 { full -= 1 }
            choice.width = PackedWidth.best(
                full: full, count: count, lengths: lengths, forced: forced)
            choice.words = choice.width.dataWords(count)
        }
    }
}
