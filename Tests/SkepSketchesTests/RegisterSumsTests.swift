import CSkepKernels
import SkepTestRandom
import Testing

/// Sums over registers beside sums by definition, at every level of instructions.
@Suite struct RegisterSumsTests {
    private static let seed: UInt64 = 0x5EED_0031

    /// Registers: of every value, of a filling sketch, all of one value.
    private func registers(_ kind: Int, _ count: Int, _ random: inout SplitMix) -> [UInt8] {
        (0..<count).map { _ in
            switch kind {
            case 0: UInt8(random.below(52))
            case 1: UInt8(min(51, random.next().leadingZeroBitCount))
            case 2: 0
            case 3: 1
            case 4: 50
            default: 51
            }
        }
    }

    @Test(arguments: 0...5)
    func addUpInversesAndEnds(kind: Int) {
        var random = SplitMix(seed: Self.seed)
        for level: Int32 in 0...2 {
            let level = skep_limit_level(level)
            for count in [0, 64, 128, 1_024, 16_384] {
                let registers = registers(kind, count, &random)
                let sums = registers.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { skep_sum_registers($0, buffer.count) }
                        ?? skep_register_sums()
                }
                var inverses: UInt64 = 0
                for register in registers where (1...50).contains(register) {
                    inverses += 1 << UInt64(50 - register)
                }
                let name: Comment = "seed \(Self.seed), level \(level), \(count) registers"
                #expect(sums.inverses == inverses, name)
                #expect(sums.empty == registers.count { $0 == 0 }, name)
                #expect(sums.full == registers.count { $0 == 51 }, name)
            }
        }
        _ = skep_limit_level(2)
    }
}
