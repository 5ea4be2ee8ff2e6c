import Skep
import Testing

@testable import SkepCLI

@Suite struct WaterfallDrawingTests {
    @Test func drawsSpansBelowTheirParents() throws {
        try Snapshot.check(
            WaterfallDrawing.draw("t1", Samples.checkout.reversed(), Style()), "waterfall")
        try Snapshot.check(
            WaterfallDrawing.draw("t1", Samples.checkout, Style(width: 132, hasColours: true)),
            "waterfall-colours")
    }

    @Test func showsMissingParentsSeveralRootsAndChildrenOutsideTheirParents() throws {
        let spans = [
            Samples.span("a", nil, "web", "first root", at: 10, 50),
            Samples.span("b", "a", "web", "starts before its parent", at: 0, 20),
            Samples.span("c", "a", "web", "ends after its parent", at: 40, 60),
            Samples.span("d", nil, "job", "second root", at: 70, 5),
            Samples.span("e", "gone", "db", "orphan", at: 20, 5),
            Samples.span("f", "gone", "db", "another orphan", at: 30, 5),
        ]
        try Snapshot.check(WaterfallDrawing.draw("t2", spans, Style()), "waterfall-odd")
    }

    @Test(arguments: [40, 50, 60, 80, 133])
    func fitsTheTerminal(width: Int) {
        let chain = (0..<40).map { index in
            Samples.span(
                "s\(index)", index == 0 ? nil : "s\(index - 1)", "a service", "a deep span",
                at: Double(index), 100, error: true)
        }
        for spans in [Samples.checkout, chain] {
            let lines = WaterfallDrawing.draw("t1", spans, Style(width: width))
            #expect(lines.count >= spans.count + 3)
            for line in lines { #expect(DisplayText.width(line) <= width, "\(line)") }
        }
    }

    @Test func showsEachSpanOfACircleOfParentsOnce() {
        let spans = [
            Samples.span("a", "c", "web", "one", at: 0, 1),
            Samples.span("b", "a", "web", "two", at: 1, 1),
            Samples.span("c", "b", "web", "three", at: 2, 1),
            Samples.span("d", "d", "web", "own parent", at: 3, 1),
        ]
        #expect(TraceTree(spans).nodes.compactMap(\.event).sorted() == [0, 1, 2, 3])
    }

    @Test func keepsEverySpanWhenIDsRepeatOrAreMissing() {
        let spans = [
            Samples.span("a", nil, "web", "one", at: 0, 1),
            Samples.span("a", nil, "web", "again", at: 1, 1),
            Samples.span("b", "a", "web", "child", at: 2, 1),
            Event(["name": "no id"], time: Samples.start),
        ]
        let tree = TraceTree(spans)
        #expect(tree.nodes.compactMap(\.event).sorted() == [0, 1, 2, 3])
        #expect(tree.nodes.first { $0.event == 2 }?.depth == 1)
    }

    @Test func laysOutALongChainQuickly() {
        let spans = (0..<20_000).map { index in
            Samples.span(
                "s\(index)", index == 0 ? nil : "s\(index - 1)", "web", "deep", at: Double(index), 1
            )
        }
        let tree = TraceTree(spans)
        #expect(tree.nodes.count == 20_000)
        #expect(tree.nodes.last?.depth == 19_999)
    }
}
