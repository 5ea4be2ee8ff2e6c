internal import ArgumentParser
internal import Skep
internal import SkepModel
internal import SkepQuery

/// A point in time on the command line.
struct TimeArgument: ExpressibleByArgument {
    /// What `now` stands for: one moment, near the start of the program, for all of its times.
    static let now = SystemClock().now()

    let time: Timestamp

    init?(argument: String) {
        guard let time = TimeText.parse(argument, now: Self.now) else { return nil }
        self.time = time
    }
}

/// A length of time on the command line.
struct DurationArgument: ExpressibleByArgument {
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument: String) {
        guard let seconds = DurationText.parse(argument), seconds > 0 else { return nil }
        self.seconds = seconds
    }

    var defaultValueDescription: String { DurationText.print(seconds) }
}
