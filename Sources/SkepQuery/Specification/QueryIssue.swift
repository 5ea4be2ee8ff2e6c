internal import SkepModel

/// The part of a query that an error is about.
struct QueryPlace: Hashable, Sendable {
    enum Clause: String, Sendable {
        case breakdowns, calculations, filters, orders, havings, limit, granularity, time
    }

    var clause: Clause
    /// The position in the clause's list.
    var index: Int?
    /// The JSON field of the list's object, such as `op`.
    var field: String?

    init(_ clause: Clause, _ index: Int? = nil, _ field: String? = nil) {
        self.clause = clause
        self.index = index
        self.field = field
    }

    /// The place as a path into a JSON specification: `filters[2].op`.
    var json: String {
        var path = clause == .time ? field ?? "time_range" : clause.rawValue
        if let index { path += "[\(index)]" }
        if clause != .time, let field { path += ".\(field)" }
        return path
    }
}

/// A rule that a query breaks; each reader adds where in its own notation.
struct QueryIssue: Error {
    var place: QueryPlace
    /// What is wrong and what to do, without the place.
    var message: String

    init(_ place: QueryPlace, _ message: String) {
        self.place = place
        self.message = message
    }

    /// The error of a query that came as JSON or as a value.
    var error: SkepError { SkepError(.invalidQuery, "\(place.json): \(message)") }
}
