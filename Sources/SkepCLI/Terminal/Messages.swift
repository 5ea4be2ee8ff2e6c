/// What is said to the person at the standard error; data never goes there.
enum Messages {
    /// Says one thing.
    static func note(_ text: String) { write(text + "\n") }

    /// Says what went wrong; the first word is red on a terminal.
    static func error(_ text: String) {
        let label = Terminal.wantsColours(.messages) ? "\u{1B}[31merror:\u{1B}[0m" : "error:"
        write("\(label) \(text)\n")
    }

    /// Says what may be wrong but did not stop the work.
    static func warning(_ text: String) {
        let label = Terminal.wantsColours(.messages) ? "\u{1B}[33mwarning:\u{1B}[0m" : "warning:"
        write("\(label) \(text)\n")
    }

    /// Says what the person may have meant otherwise.
    static func hint(_ text: String) { note("hint: \(text)") }

    /// Writes without ending the line.
    static func write(_ text: String) {
        // Nobody can be told that messages cannot be written.
        try? FileDescriptor.messages.writeAll(Array(text.utf8))
    }
}
