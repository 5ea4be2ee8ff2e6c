extension DistinctCells {
    /// Adds one hash.
    package func add(cell: Int, hash: UInt64) {
        precondition(cell < count)
        insert(states + cell, hash == 0 ? Self.zeroHash : hash)
    }

    /// Adds hashes to one cell.
    ///
    /// - Complexity: O(`count`), 1 to 3 ns a hash.
    package func addRun(cell: Int, hashes: UnsafePointer<UInt64>, count: Int) {
        precondition(cell < self.count)
        let state = states + cell
        var row = 0
        while row < count {
            if state.pointee.kind == .registers {
                addToRegisters(state.pointee.registers, hashes + row, count - row)
                return
            }
            let hash = hashes[row] == 0 ? Self.zeroHash : hashes[row]
            if state.pointee.kind != .table || !state.pointee.table.holdsInFirstSlot(hash) {
                insert(state, hash)
            }
            row += 1
        }
    }

    private func addToRegisters(
        _ registers: UnsafeMutablePointer<UInt8>, _ hashes: UnsafePointer<UInt64>, _ count: Int
    ) {
        for row in 0..<count {
            let hash = hashes[row]
            HyperLogLog.add(hash == 0 ? Self.zeroHash : hash, to: registers)
        }
    }

    /// Adds hashes, each to its cell.
    ///
    /// - Parameter cells: One a hash, each below `self.count`.
    package func add(
        cells: UnsafePointer<UInt32>, hashes: UnsafePointer<UInt64>, count: Int
    ) {
        let states = states
        let cellCount = self.count
        for row in 0..<count {
            let cell = Int(cells[row])
            assert(cell < cellCount)
            let state = states + cell
            let hash = hashes[row] == 0 ? Self.zeroHash : hashes[row]
            if state.pointee.kind == .registers {
                HyperLogLog.add(hash, to: state.pointee.registers)
            } else if state.pointee.kind != .table || !state.pointee.table.holdsInFirstSlot(hash) {
                insert(state, hash)
            }
        }
    }

    /// Adds what a cell of another array holds.
    ///
    /// - Precondition: `other` is another object.
    package func merge(cell: Int, from other: DistinctCells, cell otherCell: Int) {
        precondition(cell < count && otherCell < other.count && other !== self)
        let state = states + cell
        let added = other.states[otherCell]
        if added.kind == .registers {
            makeRegisters(state)
            HyperLogLog.merge(added.registers, into: state.pointee.registers)
        } else {
            Self.forEachHash(of: added) { insert(state, $0) }
        }
    }

    /// Adds every cell of another array: its cell i to `cells[i]`, or to cell i.
    ///
    /// - Parameter cells: One a cell of `other`, each below `self.count`; nil for the same numbers.
    package func merge(from other: DistinctCells, into cells: UnsafePointer<UInt32>?) {
        for otherCell in 0..<other.count {
            merge(cell: cells.map { Int($0[otherCell]) } ?? otherCell, from: other, cell: otherCell)
        }
    }
}
