#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the program says, and how it ends.
enum Report {
    /// Prints a line at once: the program may be killed.
    static func line(_ text: String) {
        print(text)
        fflush(nil)
    }

    /// Says what is wrong and ends the program.
    static func fail(_ problems: [String]) -> Never {
        for problem in problems.prefix(20) { line("wrong: \(problem)") }
        if problems.count > 20 { line("wrong: \(problems.count - 20) more problems") }
        exit(1)
    }

    /// Ends the program as a kill would: nothing is closed.
    static func leave() -> Never {
        fflush(nil)
        _exit(0)
    }
}
