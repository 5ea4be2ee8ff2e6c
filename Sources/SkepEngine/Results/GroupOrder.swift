internal import SkepModel
internal import SkepQuery

/// The order of a query's rows: by its orders, then by the keys.
final class GroupOrder {
    private let orders: [PlanOrder]
    /// For each order by an output, what the groups have.
    private let columns: [OrderColumn?]
    private let groups: GroupTable
    private let interners: [ValueInterner]
    private let number: (Int, Int) -> SortNumber?
    /// The numbers of the only order, where they tell all: then a comparison retains nothing.
    private let only: UnsafePointer<Double>?
    private let budget: MemoryBudget

    /// - Parameter number: The exact number of a group for an output; asked for where rounded
    ///   numbers are equal and may hide a difference.
    init(
        orders: [PlanOrder], columns: [OrderColumn?], groups: GroupTable,
        interners: [ValueInterner], budget: MemoryBudget,
        number: @escaping (Int, Int) -> SortNumber?
    ) {
        self.budget = budget
        self.orders = orders
        self.columns = columns
        self.groups = groups
        self.interners = interners
        self.number = number
        guard orders.count == 1, let column = columns[0], column.isExact else {
            only = nil
            return
        }
        only = column.numbers
    }

    /// Whether a group's row comes before another's; no one's once the query is to end, so that
    /// sorting ends soon, in any order.
    func isBefore(_ left: Int, _ right: Int) -> Bool {
        if budget.isStopped { return false }
        guard let only else { return isBeforeByAll(left, right) }
        if only[left] < only[right] { return true }
        if only[left] > only[right] { return false }
        return isBeforeByKeys(left, right)
    }

    /// What the groups are ordered by first, as words.
    ///
    /// - Parameter column: What they have for the first order; `nil` where that is a key.
    func words(_ column: OrderColumn?) -> TopSelection.Words? {
        guard let column, !column.hasNaN else { return nil }
        // Behind the only order come the keys; a word of a key tells nothing before another order.
        guard only != nil, let interner = interners.first else {
            return TopSelection.Words(numbers: column.numbers, tieWords: nil)
        }
        let groups = groups
        return TopSelection.Words(numbers: column.numbers) { items, words in
            interner.sortWords(
                items.map { groups.valueNumber($0, key: 0) }, into: words)
        }
    }

    private func isBeforeByAll(_ left: Int, _ right: Int) -> Bool {
        for index in orders.indices {
            let difference: Int
            switch orders[index].key {
            case .breakdown(let key): difference = compare(left, right, key: key)
            case .output(let output):
                guard let column = columns[index] else { continue }
                let (a, b) = (column.numbers[left], column.numbers[right])
                if a < b { return true }
                if a > b { return false }
                if column.isExact { continue }
                guard let a = number(left, output), let b = number(right, output) else {
                    // Rows without a value come last, whichever way the order goes.
                    let (hasLeft, hasRight) = (number(left, output), number(right, output))
                    if (hasLeft == nil) == (hasRight == nil) { continue }
                    return hasRight == nil
                }
                difference = SortNumber.order(a, b)
            }
            if difference == 0 { continue }
            return orders[index].descending ? difference > 0 : difference < 0
        }
        return isBeforeByKeys(left, right)
    }

    private func isBeforeByKeys(_ left: Int, _ right: Int) -> Bool {
        for key in 0..<groups.keyCount {
            let a = groups.valueNumber(left, key: key)
            let b = groups.valueNumber(right, key: key)
            // Different numbers are different values: one of them is before the other.
            if a != b { return interners[key].isOrderedBefore(a, b) }
        }
        return false
    }

    private func compare(_ left: Int, _ right: Int, key: Int) -> Int {
        let a = groups.valueNumber(left, key: key)
        let b = groups.valueNumber(right, key: key)
        if a == b { return 0 }
        if interners[key].isOrderedBefore(a, b) { return -1 }
        return interners[key].isOrderedBefore(b, a) ? 1 : 0
    }
}
