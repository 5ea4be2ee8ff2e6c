import CSkepKernels
import SkepTestRandom
import Testing

@testable import SkepFormat

/// Every kernel gives the same as a plain loop at every level of instructions.
@Suite("Kernels", .serialized)
struct KernelTests {
    private let counts = [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 130, 2_047, 2_048]

    /// Runs a check with portable code, with AVX2, and with all the processor has.
    private func onEveryLevel(_ check: (Int32) -> Void) {
        for level: Int32 in 0...2 { check(skep_limit_level(level)) }
    }

    private func packed(_ values: [UInt64], width: Int) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: (values.count * width + 63) / 64 + 9)
        for (index, value) in values.enumerated() {
            for bit in 0..<width where value >> UInt64(bit) & 1 == 1 {
                let position = index * width + bit
                words[position / 64] |= 1 << UInt64(position % 64)
            }
        }
        return words
    }

    @Test func tellsWhetherNumbersAscend() {
        for count in [0, 1, 2, 31, 32, 33, 34, 64, 65, 66, 200] {
            let numbers = (0..<count).map { UInt16($0 * 3) }
            onEveryLevel { level in
                #expect(skep_ascends16(numbers, count) != 0, "level \(level), \(count)")
                for place in 1..<max(1, count) {
                    var wrong = numbers
                    wrong[place] = wrong[place - 1]
                    #expect(skep_ascends16(wrong, count) == 0, "level \(level), \(count), \(place)")
                }
            }
        }
    }

    @Test func findsTheGreatestNumber() {
        var generator = SplitMix(seed: sampleSeed)
        for count in counts {
            let numbers = (0..<count).map { _ in generator.next() }
            onEveryLevel { level in
                #expect(skep_greatest64(numbers, count) == numbers.max() ?? 0, "level \(level)")
            }
        }
    }

    @Test func looksUpBytes() {
        var generator = SplitMix(seed: sampleSeed)
        for count in counts {
            for codeCount in [2, 100, 256] {
                let codes = (0..<count + 64).map { _ in UInt8(generator.below(codeCount)) }
                let flags = (0..<256).map { _ in UInt8(generator.below(2)) }
                let bytes = (0..<256).map { _ in UInt8(generator.below(256)) }
                let table = (0..<256).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
                let used = codes[..<count]
                onEveryLevel { level in
                    let comment = Comment("seed \(sampleSeed), level \(level), \(count)")
                    var words = [UInt64](repeating: .max, count: (count + 63) / 64)
                    LookUpKernels.lookUpBits(codes, table: flags, count: count, into: &words)
                    for row in 0..<words.count * 64 {
                        let expected = row < count ? flags[Int(codes[row])] : 0
                        #expect(words[row / 64] >> UInt64(row % 64) & 1 == expected, comment)
                    }
                    var narrow = [UInt8](repeating: 0, count: count)
                    LookUpKernels.lookUpBytes(codes, table: bytes, count: count, into: &narrow)
                    #expect(narrow == used.map { bytes[Int($0)] }, comment)
                    var wide = [UInt32](repeating: 0, count: count)
                    LookUpKernels.lookUpWords(codes, table: table, count: count, into: &wide)
                    #expect(wide == used.map { table[Int($0)] }, comment)
                    #expect(skep_greatest_byte(codes, count) == used.max() ?? 0, comment)
                }
            }
        }
    }

    @Test(arguments: [1, 2, 4, 8])
    func looksUpPackedNumbers(width: Int) {
        var generator = SplitMix(seed: sampleSeed)
        let values = (0..<300).map { _ in UInt64(generator.below(1 << width)) }
        let table = (0..<1 << width).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
        let words = packed(values, width: width)
        onEveryLevel { level in
            for _ in 0..<50 {
                let first = generator.below(300)
                let count = generator.below(300 - first + 1)
                var found = [UInt32](repeating: 0, count: count)
                skep_look_up_packed(words, first, count, UInt32(width), table, &found)
                let expected = values[first..<first + count].map { table[Int($0)] }
                #expect(found == expected, "seed \(sampleSeed), level \(level)")
            }
        }
    }

    @Test(arguments: 0...64)
    func packsAndUnpacks(width: Int) {
        var generator = SplitMix(seed: sampleSeed)
        let mask = width == 0 ? 0 : UInt64.max >> UInt64(64 - width)
        let values = (0..<300).map { _ in generator.next() & mask }
        let words = packed(values, width: width)
        var written = [UInt64](repeating: 0, count: words.count)
        let base: UInt64 = 0xFFFF_FFFF_FFFF_FF00
        skep_pack64(values.map { $0 &+ base }, values.count, base, UInt32(width), &written)
        #expect(written == words, "seed \(sampleSeed)")
        if width <= 32 {
            written = [UInt64](repeating: 0, count: words.count)
            let narrow = values.map { UInt32($0) &+ 77 }
            skep_pack32(narrow, values.count, 77, UInt32(width), &written)
            #expect(written == words, "seed \(sampleSeed)")
        }
        onEveryLevel { level in
            for _ in 0..<20 {
                let first = generator.below(300)
                let count = generator.below(300 - first + 1)
                let expected = values[first..<first + count]
                var wide = [UInt64](repeating: 0, count: count)
                skep_unpack64(words, first, count, UInt32(width), 5, &wide)
                #expect(wide == expected.map { $0 &+ 5 }, "seed \(sampleSeed), level \(level)")
                guard width <= 32 else { continue }
                var narrow = [UInt32](repeating: 0, count: count)
                skep_unpack32(words, first, count, UInt32(width), 3, 1_000_000, &narrow)
                let clamped = expected.map { min(UInt32($0) &+ 3, 1_000_000) }
                #expect(narrow == clamped, "seed \(sampleSeed), level \(level)")
            }
        }
    }

    private func bits(_ flags: [Bool]) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: (flags.count + 63) / 64)
        for (index, flag) in flags.enumerated() where flag {
            words[index / 64] |= 1 << UInt64(index % 64)
        }
        return words
    }

    @Test func selectsRanges() {
        var generator = SplitMix(seed: sampleSeed)
        onEveryLevel { level in
            for count in counts {
                let ints = (0..<count).map { _ in Int64(bitPattern: generator.next()) >> 60 }
                var words = [UInt64](repeating: 9, count: (count + 63) / 64)
                for (low, high) in [(-2, 3), (3, -2), (Int64.min, .max), (0, 0)] as [(Int64, Int64)]
                {
                    skep_select_int64(ints, count, low, high, &words)
                    #expect(words == bits(ints.map { low <= $0 && $0 <= high }), "level \(level)")
                }
                let codes = (0..<count).map { _ in UInt32(truncatingIfNeeded: generator.next()) }
                for (low, high) in [(1 << 30, 3 << 30), (9, 8), (0, .max)] as [(UInt32, UInt32)] {
                    skep_select_uint32(codes, count, low, high, &words)
                    #expect(words == bits(codes.map { low <= $0 && $0 <= high }), "level \(level)")
                }
                var doubles = ints.map { Double($0) / 2 }
                for index in stride(from: 3, to: count, by: 11) { doubles[index] = .nan }
                for index in stride(from: 4, to: count, by: 13) { doubles[index] = -0.0 }
                for (low, high) in [(-1.5, 2), (0, 0), (-.infinity, .infinity), (.nan, 1), (2, 1)]
                    as [(Double, Double)]
                {
                    skep_select_double(doubles, count, low, high, &words)
                    #expect(
                        words == bits(doubles.map { low <= $0 && $0 <= high }), "level \(level)")
                }
            }
        }
    }

    @Test func selectsAcceptedCodes() {
        var generator = SplitMix(seed: sampleSeed)
        let accepted = (0..<300).map { _ in UInt8(generator.next() & 1) * 7 }
        for count in counts {
            let codes = (0..<count).map { _ in UInt32(generator.below(300)) }
            var words = [UInt64](repeating: 9, count: (count + 63) / 64)
            skep_select_codes(codes, count, accepted, &words)
            #expect(words == bits(codes.map { accepted[Int($0)] != 0 }), "seed \(sampleSeed)")
        }
    }

    @Test func listsCountsAndRanksRows() {
        var generator = SplitMix(seed: sampleSeed)
        onEveryLevel { level in
            for density in [0, 1, 8, 15, 16] {
                let flags = (0..<2_048).map { _ in generator.below(16) < density }
                let words = bits(flags)
                let expected = (0..<2_048).filter { flags[$0] }.map { UInt16($0 + 4_096) }
                var rows = [UInt16](repeating: 0, count: 2_048 + 32)
                let count = skep_bits_to_rows(words, words.count, 4_096, &rows)
                #expect(Array(rows[0..<count]) == expected, "level \(level)")
                #expect(skep_count_bits(words, words.count) == expected.count, "level \(level)")
                var ranks = [UInt32](repeating: 0, count: words.count + 1)
                skep_rank_bits(words, words.count, &ranks)
                let before = (0...words.count).map { word in
                    UInt32(flags[0..<word * 64].filter { $0 }.count)
                }
                #expect(ranks == before, "level \(level)")
            }
        }
    }

    @Test func sumsDifferences() {
        var generator = SplitMix(seed: sampleSeed)
        onEveryLevel { level in
            for count in counts {
                let values = (0..<count).map { _ in generator.next() }
                var sum: UInt64 = 11
                let expected = values.map { value -> UInt64 in
                    sum &+= value &* 1_000
                    return sum
                }
                var sums = values
                skep_prefix_sum64(&sums, count, 1_000, 11)
                #expect(sums == expected, "seed \(sampleSeed), level \(level)")
            }
        }
    }

    @Test func movesBetweenBytesAndBits() {
        var generator = SplitMix(seed: sampleSeed)
        let flags = (0..<2_048).map { _ in generator.next() & 1 == 1 }
        let words = bits(flags) + [0, 0]
        for count in counts {
            let first = generator.below(2_048 - count + 1)
            var bytes = [UInt8](repeating: 9, count: count)
            skep_bits_to_bytes(words, first, count, &bytes)
            #expect(bytes == flags[first..<first + count].map { $0 ? 1 : 0 }, "seed \(sampleSeed)")
            var back = [UInt64](repeating: 9, count: (count + 63) / 64)
            skep_bytes_to_bits(bytes.map { $0 * 200 }, count, &back)
            #expect(back == bits(Array(flags[first..<first + count])), "seed \(sampleSeed)")
        }
    }

    @Test func splitsAndJoinsBytes() {
        var generator = SplitMix(seed: sampleSeed)
        for count in counts where count > 0 {
            let values = (0..<count).map { _ in generator.next() }
            var planes = [UInt8](repeating: 0, count: count * 8)
            skep_split_bytes(values, count, &planes)
            for weight in 0..<8 {
                let plane = values.map { UInt8(truncatingIfNeeded: $0 >> UInt64(weight * 8)) }
                #expect(Array(planes[weight * count..<(weight + 1) * count]) == plane)
            }
            var joined = [UInt64](repeating: 0, count: count)
            skep_join_bytes(planes, count, &joined)
            #expect(joined == values, "seed \(sampleSeed), count \(count)")
        }
    }

    @Test func gathersStatistics() {
        var generator = SplitMix(seed: sampleSeed)
        onEveryLevel { level in
            for count in counts where count > 0 {
                let values = (0..<count).map { _ in Int64(generator.below(5)) - 2 }
                let pairs = zip(values, values.dropFirst())
                let step = count > 1 ? values[1] - values[0] : 0
                var shape = skep_value_shape()
                skep_shape(values, count, &shape)
                #expect(shape.changes == pairs.filter { $0 != $1 }.count, "level \(level)")
                #expect(shape.bends == pairs.filter { $1 - $0 != step }.count, "level \(level)")
                #expect(shape.falls == pairs.filter { $1 < $0 }.count, "level \(level)")
                var least: Int64 = 0
                var greatest: Int64 = 0
                skep_extremes(values, count, &least, &greatest)
                #expect(least == values.min() && greatest == values.max(), "level \(level)")
                let codes = values.map { UInt32($0 + 2) << 29 }
                var low: UInt32 = 0
                var high: UInt32 = 0
                skep_extremes32(codes, count, &low, &high)
                #expect(low == codes.min() && high == codes.max(), "level \(level)")
                let words = (0..<count).map { _ in generator.next() >> UInt64(generator.below(64)) }
                let used = words.reduce(0) { $0 | ($1 &- 7) }
                #expect(skep_bits_used(words, count, 7) == used, "level \(level)")
                let wide = words.filter { ($0 &- 7) >> 20 != 0 }.count
                #expect(skep_wider(words, count, 7, 20) == wide, "level \(level)")
            }
        }
    }

    @Test func convertsDecimals() {
        var generator = SplitMix(seed: sampleSeed)
        let powers = (0..<16).map { DecimalDoubles.powers[max(0, 7 - $0)] }
        onEveryLevel { level in
            for count in counts {
                let values = (0..<count).map { index -> Double in
                    index % 10 == 9 ? .pi : Double(generator.below(2_000_000) - 1_000_000) / 1_000
                }
                var mantissas = [Int64](repeating: 0, count: count)
                var failed = [UInt8](repeating: 9, count: count)
                let failures = skep_to_decimals(values, count, 1_000, &mantissas, &failed)
                #expect(failures == count / 10, "level \(level)")
                #expect(failed == (0..<count).map { $0 % 10 == 9 ? 1 : 0 }, "level \(level)")
                for index in 0..<count where failed[index] == 0 {
                    #expect(Double(mantissas[index]) / 1_000 == values[index], "level \(level)")
                }
                let numbers = (0..<count).map { _ in generator.next() >> 16 }
                var out = numbers
                skep_from_decimals(&out, count, -1_000_000, 3, powers)
                let expected = numbers.map { number -> UInt64 in
                    (Double(Int64(number >> 3) - 1_000_000) / powers[Int(number & 7)]).bitPattern
                }
                #expect(out == expected, "seed \(sampleSeed), level \(level)")
            }
        }
    }
}
