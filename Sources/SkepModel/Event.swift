/// One timestamped record: a flat map from field name to value.
///
/// The time and the sample rate stand beside the fields; neither is a column. A field that is
/// missing is simply not in the map: there is no null.
public struct Event: Sendable, Hashable {
    /// When the event happened; `nil` lets the store use the time of receipt.
    public var time: Timestamp?
    /// How many events this one stands for, 1 or more; values below 1 read as 1.
    public var sampleRate: Int
    /// The fields, by name.
    public var fields: Fields

    /// Makes an event.
    ///
    /// - Parameters:
    ///   - fields: The fields.
    ///   - time: When it happened; `nil` for the time of receipt.
    ///   - sampleRate: How many events it stands for.
    public init(_ fields: Fields, time: Timestamp? = nil, sampleRate: Int = 1) {
        self.fields = fields
        self.time = time
        self.sampleRate = sampleRate
    }

    /// Makes an event of a dictionary.
    ///
    /// - Parameters:
    ///   - fields: The fields.
    ///   - time: When it happened; `nil` for the time of receipt.
    ///   - sampleRate: How many events it stands for.
    @_disfavoredOverload
    public init(_ fields: [String: Value], time: Timestamp? = nil, sampleRate: Int = 1) {
        self.init(Fields(fields), time: time, sampleRate: sampleRate)
    }
}
