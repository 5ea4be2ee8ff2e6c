/// The names of a result's columns, shared by its rows.
final class ResultHeader: Sendable {
    let breakdowns: [String]
    let outputs: [String]

    init(breakdowns: [String], outputs: [String]) {
        self.breakdowns = breakdowns
        self.outputs = outputs
    }

    /// The position of a calculation among the outputs.
    func output(of calculation: Calculation) -> Int? {
        if calculation.scale == .log, let index = outputs.firstIndex(bytesOf: calculation.logKey) {
            return index
        }
        return outputs.firstIndex(bytesOf: calculation.key)
    }
}
