internal import ArgumentParser

/// A retention on the command line: a number of days, or `none`.
struct RetentionArgument: ExpressibleByArgument {
    /// Days; `nil` for ever.
    let days: Int?

    init?(argument: String) {
        if argument.lowercased() == "none" {
            days = nil
            return
        }
        let digits = argument.hasSuffix("d") ? argument.dropLast() : argument[...]
        guard let number = Int(digits), number >= 1, number <= 1_000_000 else { return nil }
        days = number
    }
}
