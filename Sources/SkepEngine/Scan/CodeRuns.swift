/// Runs of equal codes among the values of a vector.
struct CodeRuns {
    let codes: UnsafePointer<UInt32>
    /// Behind the last value of each run, among the vector's values.
    let ends: UnsafePointer<UInt16>
    let count: Int
}
