/// What a segment keeps about every row besides its fields; the numbers are positions of entries
/// in the directory.
enum SystemColumn: Int, CaseIterable {
    /// Event times, non-decreasing.
    case time = 0
    /// Sample rates.
    case sampleRate = 1
    /// Times of receipt.
    case receiptTime = 2
    /// Shapes; constant when columns keep their presence by themselves.
    case shape = 3
}
