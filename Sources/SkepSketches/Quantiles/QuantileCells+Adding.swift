internal import CSkepKernels

extension QuantileCells {
    /// Adds one value.
    ///
    /// - Parameter weight: At least 1; usually the sample rate.
    package func add(cell: Int, value: Double, weight: UInt32) {
        precondition(cell < count)
        insert(states + cell, value, weight: weight)
    }

    /// Adds values of weight 1 to one cell.
    ///
    /// - Complexity: O(`count`), 1 to 2 ns a value.
    package func addRun(cell: Int, values: UnsafePointer<Double>, count: Int) {
        precondition(cell < self.count)
        let state = states + cell
        let held = Int(state.pointee.count)
        guard count > 0, state.pointee.kind != .answered else { return }
        if state.pointee.kind == .histogram || held + count > Self.exactLimit {
            histogram(of: state).pointee.addRun(values, count)
        } else if count > 1 {
            reserve(state, held + count, state.pointee.kind)
            (state.pointee.values + held).update(from: values, count: count)
            if state.pointee.kind == .weighted {
                (state.pointee.weights + held).update(repeating: 1, count: count)
            }
            state.pointee.count = UInt32(held + count)
        } else {
            insert(state, values[0], weight: 1)
        }
    }

    /// Adds weighted values to one cell.
    ///
    /// - Parameter weights: One a value, at least 1.
    package func addRun(
        cell: Int, values: UnsafePointer<Double>, weights: UnsafePointer<UInt32>, count: Int
    ) {
        precondition(cell < self.count)
        addRun(states + cell, values, weights, count)
    }

    private func addRun(
        _ state: UnsafeMutablePointer<Cell>, _ values: UnsafePointer<Double>,
        _ weights: UnsafePointer<UInt32>, _ count: Int
    ) {
        guard count > 0, state.pointee.kind != .answered else { return }
        let held = Int(state.pointee.count)
        if state.pointee.kind == .histogram || held + count > Self.exactLimit {
            histogram(of: state).pointee.addRun(values, weights: weights, count)
            return
        }
        if count == 1 {
            insert(state, values[0], weight: weights[0])
            return
        }
        reserve(state, held + count, .weighted)
        (state.pointee.values + held).update(from: values, count: count)
        (state.pointee.weights + held).update(from: weights, count: count)
        state.pointee.count = UInt32(held + count)
    }

    /// Adds values of weight 1, each to its cell.
    ///
    /// - Parameter cells: One a value, each below `self.count`.
    /// - Complexity: O(`count`), about 2 to 4 ns a value while the cells fit the cache.
    package func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Double>, count: Int
    ) {
        add(cells, values, nil, count)
    }

    private func add(
        _ cells: UnsafePointer<UInt32>, _ values: UnsafePointer<Double>,
        _ weights: UnsafePointer<UInt32>?, _ count: Int
    ) {
        var row = 0
        while row < count {
            row &+= skep_add_values(
                UnsafeMutableRawPointer(states).assumingMemoryBound(to: skep_quantile_cell.self),
                cells + row, values + row, weights.map { $0 + row }, count &- row)
            guard row < count else { return }
            let cell = Int(cells[row])
            assert(cell < self.count)
            insert(states + cell, values[row], weight: weights.map { $0[row] } ?? 1)
            row &+= 1
        }
    }

    /// Adds weighted values, each to its cell.
    ///
    /// - Parameters:
    ///   - cells: One a value, each below `self.count`.
    ///   - weights: One a value, at least 1.
    package func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Double>,
        weights: UnsafePointer<UInt32>, count: Int
    ) {
        add(cells, values, weights, count)
    }

    /// Adds what a cell of another array holds; nothing if it was answered.
    ///
    /// - Precondition: `other` is another object.
    package func merge(cell: Int, from other: QuantileCells, cell otherCell: Int) {
        precondition(cell < count && otherCell < other.count && other !== self)
        let state = states + cell
        let added = other.states[otherCell]
        let addedCount = Int(added.count)
        switch added.kind {
        case .histogram:
            histogram(of: state).pointee.merge(added.histogram.pointee)
        case .plain where added.capacity == 0:
            if addedCount == 1 { insert(state, Double(bitPattern: added.word), weight: 1) }
        case .plain:
            addRun(cell: cell, values: added.values, count: addedCount)
        case .weighted:
            addRun(state, added.values, UnsafePointer(added.weights), addedCount)
        case .answered: break
        }
    }

    /// Moves what a cell of another array holds to a cell of this one.
    ///
    /// Nothing is copied where this cell is empty. The other cell may not be read afterwards.
    ///
    /// - Precondition: `other` is another object.
    package func take(cell: Int, from other: QuantileCells, cell otherCell: Int) {
        precondition(cell < count && otherCell < other.count && other !== self)
        let state = states + cell
        guard state.pointee.kind == .plain, state.pointee.count == 0, state.pointee.capacity == 0
        else {
            merge(cell: cell, from: other, cell: otherCell)
            return
        }
        let taken = other.states[otherCell]
        if taken.kind == .answered {
            state.pointee = takeAnswers(of: taken, from: other)
        } else {
            adoptMemory(of: other)
            state.pointee = taken
        }
        other.states[otherCell] = Cell()
    }

    /// Adds every cell of another array: its cell i to `cells[i]`, or to cell i.
    ///
    /// - Parameter cells: One a cell of `other`, each below `self.count`; nil for the same numbers.
    package func merge(from other: QuantileCells, into cells: UnsafePointer<UInt32>?) {
        for otherCell in 0..<other.count {
            merge(cell: cells.map { Int($0[otherCell]) } ?? otherCell, from: other, cell: otherCell)
        }
    }
}
