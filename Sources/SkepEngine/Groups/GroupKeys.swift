/// The values and tuples that one worker groups by.
struct GroupKeys {
    let interners: [ValueInterner]
    let table: GroupTable

    /// Makes open ones: values and tuples get numbers as they are met.
    init(keyCount: Int) {
        interners = (0..<keyCount).map { _ in ValueInterner() }
        table = GroupTable(keyCount: keyCount)
    }

    /// Makes closed ones that know just these tuples, numbered in their order.
    ///
    /// - Parameters:
    ///   - tuples: The tuples, as numbers of `known`.
    ///   - known: The values, one interner per key.
    init(tuples: [[UInt32]], of known: [ValueInterner]) {
        let fresh = known.map { _ in ValueInterner() }
        let numbers = tuples.map { tuple in
            tuple.indices.map { fresh[$0].number(of: tuple[$0], in: known[$0]) }
        }
        for (interner, lender) in zip(fresh, known) {
            interner.keep(lender)
            interner.close()
        }
        interners = fresh
        table = GroupTable(keyCount: known.count, tuples: numbers)
    }
}
