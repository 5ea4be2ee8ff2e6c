extension QuantileCells {
    /// How much a cell held when it was answered.
    package struct Content {
        fileprivate let count: Int
        fileprivate let isWeighted: Bool
    }

    /// Finds the quantiles of a cell that receives no more values, and forgets the values.
    ///
    /// So many cells that fill one after another need the memory of those that fill at the same
    /// time, which stays in the processor's cache. Values added later are lost.
    ///
    /// - Parameters:
    ///   - totals: Where the values are added before, if anywhere: merging an answered cell adds
    ///     nothing.
    ///   - total: The cell there.
    /// - Returns: What the cell held; nil if nothing.
    @discardableResult
    package func answer(cell: Int, totals: QuantileCells?, total: Int) -> Content? {
        precondition(cell < count)
        let state = states + cell
        let old = state.pointee
        let place = answers.count
        if old.kind == .answered { return nil }
        if old.kind != .histogram, old.count == 0 {
            giveBack(old)
            state.pointee = Cell()
            return nil
        }
        answers.append(contentsOf: repeatElement(0, count: answeredQuantiles.count))
        answeredQuantiles.withUnsafeBufferPointer { quantiles in
            answers.withUnsafeMutableBufferPointer { answers in
                guard let quantile = quantiles.baseAddress, let first = answers.baseAddress else {
                    return
                }
                _ = read(cell: cell, quantile, count: quantiles.count, into: first + place)
            }
        }
        totals?.merge(cell: total, from: self, cell: cell)
        giveBack(old)
        state.pointee = Cell(word: UInt64(place), kind: .answered)
        return Content(
            count: old.kind == .histogram ? Self.exactLimit : Int(old.count),
            isWeighted: old.kind != .plain)
    }

    /// Makes room in an empty cell for about as much as another one held.
    package func expect(cell: Int, _ content: Content) {
        precondition(cell < count)
        let state = states + cell
        guard state.pointee.kind == .plain, state.pointee.count == 0, state.pointee.capacity == 0
        else { return }
        let roomy = min(Self.exactLimit, content.count + content.count / 8 + 1)
        reserve(state, roomy, content.isWeighted ? .weighted : .plain)
    }

    /// Writes the values that an answered cell keeps.
    func readAnswers(
        _ state: Cell, _ quantiles: UnsafePointer<Double>, count: Int,
        into values: UnsafeMutablePointer<Double>
    ) {
        for index in 0..<count {
            let place = answeredQuantiles.firstIndex(of: quantiles[index])
            assert(place != nil)
            values[index] = answers[Int(state.word) + (place ?? 0)]
        }
    }

    /// Takes the answers of a cell of another array that answers the same quantiles.
    func takeAnswers(of state: Cell, from other: QuantileCells) -> Cell {
        assert(answeredQuantiles == other.answeredQuantiles)
        let place = answers.count
        let first = Int(state.word)
        answers.append(contentsOf: other.answers[first..<first + answeredQuantiles.count])
        return Cell(word: UInt64(place), kind: .answered)
    }
}
