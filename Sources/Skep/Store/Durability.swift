/// What an acknowledged append has survived.
public enum Durability: Sendable, Hashable {
    /// The events are on the disk: neither a crash nor a power cut loses them. Appends that wait
    /// at the same time share one sync.
    case always
    /// The events are written and reach the disk within the interval: a crash of the process
    /// loses nothing, a power cut what was appended in the last interval.
    case interval(Duration)
    /// The events are written and never synced: a crash of the process loses nothing, a power cut
    /// what the system had not written by itself.
    case none
}
