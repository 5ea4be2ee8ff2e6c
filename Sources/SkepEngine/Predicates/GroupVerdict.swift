/// What is known of a condition on the texts of a group of rows before any of them is read.
enum GroupVerdict {
    /// No text passes, or all do.
    case none, all
    /// The texts must be looked at.
    case open
}
