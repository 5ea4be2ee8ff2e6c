internal import SkepModel

/// What a value column needs of the found rows of the current vector, side by side.
struct FoundValues {
    /// `nil` when all are 1.
    let weights: UnsafePointer<UInt32>?
    /// The numbers, where they are needed and of that type.
    private(set) var ints: UnsafePointer<Int64>?
    private(set) var doubles: UnsafePointer<Double>?
    /// Where the values stand among the vector's dense ones, for hashing.
    let positions: UnsafePointer<UInt16>?

    /// Decodes and gathers the values that the scratch has found; valid until it finds others.
    ///
    /// - Parameter kept: Doubles known from an earlier pass.
    init(
        _ cursor: ChunkCursor, _ scratch: VectorScratch, needs: AccumulatorNeeds,
        kept: UnsafePointer<Double>?
    ) throws(SkepError) {
        weights = needs.readsWeights ? scratch.gatherWeights() : nil
        positions = needs.contains(.distinct) ? scratch.gatherPositions() : nil
        guard needs.readsNumbers else { return }
        if let kept {
            doubles = kept
            return
        }
        switch cursor.type {
        case .int: ints = scratch.gather(try cursor.ints())
        case .double: doubles = scratch.gather(try cursor.doubles())
        default: break
        }
    }
}
