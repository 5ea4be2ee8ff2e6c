import Testing

@testable import SkepCLI

@Suite struct NumberTextTests {
    @Test func roundsToDecimals() {
        #expect(NumberText.fixed(1.005, decimals: 2) == "1.00")
        #expect(NumberText.fixed(-0.5, decimals: 1) == "-0.5")
        #expect(NumberText.fixed(0.05, decimals: 3) == "0.050")
        #expect(NumberText.fixed(1234.5678, decimals: 0) == "1235")
        #expect(NumberText.fixed(1e300, decimals: 2) == "1e+300")
        #expect(NumberText.fixed(.nan, decimals: 2) == "nan")
        #expect(NumberText.fixed(-0.001, decimals: 1) == "0.0")
    }

    @Test func givesAColumnTheDecimalsItNeeds() {
        #expect(NumberText.decimals(for: [1, 20, 300]) == 0)
        #expect(NumberText.decimals(for: [412.125, 3.5]) == 3)
        #expect(NumberText.decimals(for: [123456.5, 0.25]) == 2)
        #expect(NumberText.cell(1e-12, decimals: 2) == "1e-12")
        #expect(NumberText.cell(0, decimals: 2) == "0.00")
        #expect(NumberText.decimals(for: []) == 0)
    }

    @Test func shortensNumbersOfAxes() {
        #expect(NumberText.short(0) == "0")
        #expect(NumberText.short(950) == "950")
        #expect(NumberText.short(9999) == "9999")
        #expect(NumberText.short(12_345) == "12.3k")
        #expect(NumberText.short(2_500_000) == "2.5M")
        #expect(NumberText.short(-0.0125) == "-0.0125")
        #expect(NumberText.short(1e21) == "1000E")
        #expect(NumberText.short(7.000000000000001e299) == "7e299")
        #expect(NumberText.short(-9.4567e-12) == "-9.46e-12")
    }

    @Test func writesLengthsOfTimeAndBytesWithUnits() {
        #expect(NumberText.duration(milliseconds: 0) == "0 ms")
        #expect(NumberText.duration(milliseconds: 0.0421) == "42.1 µs")
        #expect(NumberText.duration(milliseconds: 412.5) == "412 ms")
        #expect(NumberText.duration(milliseconds: 4120) == "4.12 s")
        #expect(NumberText.duration(milliseconds: 600_000) == "10 min")
        #expect(NumberText.duration(milliseconds: .infinity) == "inf")
        #expect(NumberText.bytes(512) == "512 B")
        #expect(NumberText.bytes(12_900_000) == "12.3 MiB")
    }
}
