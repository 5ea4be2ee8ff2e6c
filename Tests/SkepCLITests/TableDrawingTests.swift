import Skep
import Testing

@testable import SkepCLI

@Suite struct TableDrawingTests {
    private static func style(_ width: Int) -> Style {
        Style(width: width, hasColours: false, cutsLongLines: true)
    }

    private static func table(keys: Int, values: Int) -> TableDrawing {
        let names = (0..<keys).map { TableDrawing.Column(heading: "key number \($0)") }
        let numbers = (0..<values).map {
            TableDrawing.Column(heading: "P95(column \($0))", alignment: .right)
        }
        var table = TableDrawing(
            columns: names + numbers + [.init(heading: "trend", isPicture: true)], keys: keys)
        table.rows = (0..<3).map { row in
            (0..<keys).map { .init("row \(row) of \($0) with a long name") }
                + (0..<values).map { .init(String(row * 1_000 + $0)) }
                + [.init("▁▂▃▄▅▆▇█▁▂▃▄▅▆▇█▁▂▃")]
        }
        return table
    }

    @Test(arguments: [40, 60, 80, 120, 200], [0, 1, 2, 5, 30])
    func fitsTheTerminalWhateverTheColumns(width: Int, keys: Int) {
        for values in [0, 1, 3, 40] {
            for line in Self.table(keys: keys, values: values).draw(Self.style(width)) {
                #expect(DisplayText.width(line) <= width, "\(keys) keys, \(values) values: \(line)")
            }
        }
    }

    @Test func losesNoValueAndRepeatsTheKeys() {
        let lines = Self.table(keys: 1, values: 40).draw(Self.style(80))
        for value in 0..<40 {
            #expect(lines.count { $0.split(separator: " ").contains("\(2_000 + value)") } == 1)
        }
        let pieces = lines.split(separator: "")
        #expect(pieces.count > 5)
        #expect(pieces.allSatisfy { $0.first?.hasPrefix("key number 0") == true && $0.count == 5 })
        #expect(pieces.last?.first?.hasSuffix("trend") == true)
    }

    @Test func staysInOnePieceWhereCuttingTextIsEnough() {
        let lines = Self.table(keys: 2, values: 2).draw(Self.style(84))
        #expect(lines.count == 5)
        #expect(lines[2].contains("…"))
    }

    @Test func isWholeWhereNoTerminalLimitsIt() {
        let lines = Self.table(keys: 1, values: 40).draw(Style())
        #expect(lines.count == 5)
        #expect(!lines.contains { $0.contains("…") })
    }

    @Test func breaksLongHeadingsBehindCommas() {
        #expect(DisplayText.wrapped("one, two, three", to: 9) == ["one, two,", "three"])
        #expect(DisplayText.wrapped("one, two, three", to: 80) == ["one, two, three"])
        #expect(DisplayText.wrapped("a longer one", to: 6) == ["a lon…"])
        #expect(DisplayText.wrapped("", to: 6) == [""])
    }
}
