import Skep

/// An event that was sent to a store, whether it was acknowledged or not.
struct SentEvent: Sendable, Equatable {
    /// Its number, which no other event has.
    var number: Int
    var dataset: String
    var time: Timestamp
    var text: String

    var event: Event {
        Event(
            [
                "number": .int(Int64(number)), "dataset": .string(dataset), "text": .string(text),
            ],
            time: time)
    }

    /// The event as a line of JSON.
    var line: String {
        """
        {"number":\(number),"dataset":"\(dataset)","text":"\(text)",\
        "time":\(time.nanoseconds)}
        """
    }

    /// Reads an event back; `nil` for one that was never sent.
    init?(_ event: Event) {
        guard case .int(let number) = event.fields["number"],
            case .string(let dataset) = event.fields["dataset"],
            case .string(let text) = event.fields["text"], let time = event.time
        else { return nil }
        self.init(number: Int(number), dataset: dataset, time: time, text: text)
    }

    init(number: Int, dataset: String, time: Timestamp, text: String) {
        self.number = number
        self.dataset = dataset
        self.time = time
        self.text = text
    }
}
