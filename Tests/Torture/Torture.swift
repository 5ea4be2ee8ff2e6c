import Skep

/// A program that is killed while it writes to a store, and the program that looks at what is
/// left; `Tests/TortureTests` and `power_cut.py` run it.
///
///     Torture write store=DIR acks=FILE [seed=1] [writers=4] [events=N] [pause=MS]
///         [durability=always]
///     Torture check store=DIR acks=FILE [cut=NS] [at-risk=MS] [lenient=1] [close=1]
///     Torture lines store=DIR dataset=NAME count=N [whole=1]
///     Torture fill store=DIR acks=FILE ballast=FILE
///
/// `write` appends until it is killed or has appended so many events. `check` opens the store and
/// compares everything in it with the acknowledgements: all of them, those older than `at-risk`
/// when the power was `cut`, or with `lenient` none. `lines` checks that a load stored lines
/// once each. `fill` fills a small disk. The last line of the output says what was found; the exit
/// status is 1 when anything is wrong.
@main
struct Torture {
    static func main() async {
        do {
            let arguments = try Arguments(CommandLine.arguments.dropFirst(2))
            switch CommandLine.arguments.dropFirst().first {
            case "write": try await StoreWriting(arguments).run()
            case "check": try await StoreCheck.run(arguments)
            case "lines": try await LineCheck.run(arguments)
            case "fill": try await DiskFilling(arguments).run()
            default: throw SkepError(.invalidArgument, "write, check, lines or fill?")
            }
        } catch {
            Report.fail(["\(error)"])
        }
    }
}
