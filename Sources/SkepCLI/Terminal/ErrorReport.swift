internal import ArgumentParser
internal import SkepModel
internal import SkepQuery

/// How the program ends: one number for each outcome that a script can tell apart.
enum ExitStatus {
    /// Everything was done.
    static let done = ExitCode(0)
    /// Nothing was done.
    static let nothingDone = ExitCode(1)
    /// It was done, but events were refused, or damage was found or made an answer incomplete.
    static let doneInPart = ExitCode(2)
    /// The command line cannot be understood.
    static let usage = ExitCode(64)
    /// Ctrl-C.
    static let interrupted = ExitCode(130)
}

/// The sentence and the exit status for each error.
enum ErrorReport {
    /// The exit status of an error.
    static func status(of error: SkepError) -> ExitCode {
        error.code == .cancelled ? ExitStatus.interrupted : ExitStatus.nothingDone
    }

    /// What to tell the person, with advice where the code alone gives it.
    ///
    /// - Parameter text: The query that was parsed, to show the place in it.
    static func sentence(for error: SkepError, in text: String? = nil) -> String {
        switch error.code {
        case .cancelled: return "interrupted"
        case .invalidQuery, .unknownColumn:
            return text.map { QueryText.diagnostic(error, in: $0) } ?? error.description
        case .storeLocked:
            return error.description
                + "\n  Another process is writing to this store; wait for it, or use another --store."
        case .corruption:
            return error.description + "\n  `skep verify` checks every file of the store."
        case .internalFault:
            return error.description + "\n  This is a fault of skep itself; please report it."
        default: return error.description
        }
    }
}

/// An error of a query, with the text it came from.
struct QueryTextError: Error {
    let error: SkepError
    let text: String
}
