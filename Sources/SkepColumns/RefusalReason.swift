/// Why an event was refused; the raw value is its stable name in reports.
package enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    /// The line is not JSON.
    case malformedJSON = "malformed_json"
    /// The line is JSON, but not an object.
    case notAnObject = "not_an_object"
    /// The event has more bytes than the limit.
    case tooLarge = "too_large"
    /// The event has more fields than the limit.
    case tooManyFields = "too_many_fields"
    /// The time is present and not understood.
    case badTime = "bad_time"
    /// A number is beyond every finite double, or is not a number.
    case numberOverflow = "number_overflow"
    /// The event is older than the retention keeps.
    case tooOld = "too_old"
}
