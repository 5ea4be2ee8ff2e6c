internal import SkepModel

/// The numbers that the values of one interner have in another.
final class TranslatedValues {
    let numbers: GrowingArray<UInt32>

    /// - Throws: `limitReached`.
    init(
        _ values: ValueInterner, to interner: ValueInterner, _ budget: MemoryBudget
    ) throws(SkepError) {
        numbers = GrowingArray(capacity: 1, budget: budget)
        try interner.number(allOf: values, into: numbers)
    }
}
