internal import CSkepKernels

/// Finds how the doubles of a vector are best written as decimals; reused for all vectors of a
/// block, because neighbours are alike.
final class DecimalVector {
    /// A form, and what the values need in it.
    private struct Choice {
        let form: DecimalForm
        var least: Int64 = 0
        var width = 0
        var exceptionCount = 0

        func words(_ count: Int) -> Int {
            PackedVector.dataWords(count, width: width, exceptionCount: exceptionCount)
        }
    }

    /// Values by which the form is chosen.
    private static let sampleCount = 256

    private var count = 0
    private var guess = 0
    private let mantissas: UnsafeMutablePointer<Int64>
    private let exponents: UnsafeMutablePointer<UInt8>
    private let numbers: UnsafeMutablePointer<UInt64>
    private let refused: UnsafeMutablePointer<UInt8>
    private let factors: UnsafeMutablePointer<Int64>
    private let limits: UnsafeMutablePointer<Int64>
    private let sampleMantissas: UnsafeMutablePointer<Int64>
    private let sampleExponents: UnsafeMutablePointer<UInt8>

    init() {
        mantissas = .allocate(capacity: PackedVector.capacity)
        exponents = .allocate(capacity: PackedVector.capacity)
        numbers = .allocate(capacity: PackedVector.capacity)
        refused = .allocate(capacity: PackedVector.capacity)
        factors = .allocate(capacity: DecimalForm.tableSize)
        limits = .allocate(capacity: DecimalForm.tableSize)
        sampleMantissas = .allocate(capacity: Self.sampleCount)
        sampleExponents = .allocate(capacity: Self.sampleCount)
    }

    deinit {
        mantissas.deallocate()
        exponents.deallocate()
        numbers.deallocate()
        refused.deallocate()
        factors.deallocate()
        limits.deallocate()
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
                    exponents[index] = digits.map { UInt8($0.exponent) } ?? DecimalForm.none
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
        let choice = evaluate(choose(), mantissas, exponents, count: count)
        guess = choice.form.greatest
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { positions in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { exceptions in
                guard let places = positions.baseAddress, let bits = exceptions.baseAddress else {
                    return
                }
                let found = collectExceptions(choice, values, places, bits)
                writer.append(
                    numbers, count: count, base: UInt64(bitPattern: choice.least),
                    choice: PackedWidth(width: choice.width, exceptionCount: found),
                    tag: choice.form.tag, positions: places, exceptions: bits)
            }
        }
    }

    private func collectExceptions(
        _ choice: Choice, _ values: UnsafePointer<Double>, _ places: UnsafeMutablePointer<UInt16>,
        _ bits: UnsafeMutablePointer<UInt64>
    ) -> Int {
        guard choice.exceptionCount > 0 else { return 0 }
        let width = UInt64(choice.width)
        var found = 0
        for index in 0..<count where refused[index] != 0 || numbers[index] >> width != 0 {
            places[found] = UInt16(truncatingIfNeeded: index)
            bits[found] = values[index].bitPattern
            found += 1
        }
        assert(found == choice.exceptionCount)
        return found
    }

    /// The best form for a sample of the values.
    private func choose() -> DecimalForm {
        let step = max(1, (count + Self.sampleCount - 1) / Self.sampleCount)
        var sampled = 0
        for index in stride(from: 0, to: count, by: step) {
            sampleMantissas[sampled] = mantissas[index]
            sampleExponents[sampled] = exponents[index]
            sampled += 1
        }
        var best = DecimalForm(greatest: 0, exponentBits: 0)
        var fewest = Int.max
        for greatest in greatestExponents() {
            for exponentBits in 0...DecimalDoubles.mostExponentBits {
                if exponentBits > 0, 1 << (exponentBits - 1) > greatest { break }
                let form = DecimalForm(greatest: greatest, exponentBits: exponentBits)
                let words = evaluate(form, sampleMantissas, sampleExponents, count: sampled)
                    .words(sampled)
                guard words < fewest else { continue }
                fewest = words
                best = form
            }
        }
        return best
    }

    /// The greatest exponent, and the greatest without the few highest.
    private func greatestExponents() -> [Int] {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 32) { counts in
            counts.initialize(repeating: 0)
            for index in 0..<count { counts[Int(exponents[index] & 31)] &+= 1 }
            var all = DecimalDoubles.powers.count - 1
            while all > 0, counts[all] == 0 { all -= 1 }
            var most = all
            var above = 0
            while most > 0, above + counts[most] <= count / 50 {
                above += counts[most]
                most -= 1
            }
            return most == all ? [all] : [all, most]
        }
    }

    /// Fills `numbers` and `refused` for values and computes what they need.
    private func evaluate(
        _ form: DecimalForm, _ mantissas: UnsafePointer<Int64>,
        _ exponents: UnsafePointer<UInt8>, count: Int
    ) -> Choice {
        form.fill(factors: factors, limits: limits)
        var choice = Choice(form: form)
        var forced: size_t = 0
        choice.least = skep_scale_decimals(
            mantissas, exponents, count, factors, limits, numbers, refused, &forced)
        skep_join_decimals(
            numbers, refused, exponents, count, choice.least, UInt32(form.greatest),
            UInt32(form.exponentBits))
        let width = PackedWidth.choose(numbers, count: count, base: 0)
        choice.width = width.width
        choice.exceptionCount = width.exceptionCount + forced
        return choice
    }
}
