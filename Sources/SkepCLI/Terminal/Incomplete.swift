internal import ArgumentParser

/// Answers that damage made incomplete.
enum Incomplete {
    /// Says what is missing, if anything is.
    ///
    /// - Throws: `ExitStatus.doneInPart` when something is missing.
    static func report(_ reasons: [String]) throws {
        guard !reasons.isEmpty else { return }
        for reason in reasons { Messages.warning("the answer is incomplete: \(reason)") }
        throw ExitStatus.doneInPart
    }
}
