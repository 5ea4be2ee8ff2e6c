import Skep

/// Arguments of the form `name=value`.
struct Arguments {
    private var values: [String: String] = [:]

    init(_ arguments: some Sequence<String>) throws {
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else {
                throw SkepError(.invalidArgument, "expected name=value, not \(argument)")
            }
            values[String(parts[0])] = String(parts[1])
        }
    }

    func text(_ name: String) throws -> String {
        guard let value = values[name] else {
            throw SkepError(.invalidArgument, "\(name)=… is missing")
        }
        return value
    }

    func number(_ name: String, or standard: Int) throws -> Int {
        guard let value = values[name] else { return standard }
        guard let number = Int(value) else {
            throw SkepError(.invalidArgument, "\(name)=\(value) is no number")
        }
        return number
    }

    /// `always`, `none`, or `interval:` with milliseconds.
    func durability() throws -> Durability {
        let value = values["durability"] ?? "always"
        switch value {
        case "always": return .always
        case "none": return .none
        default:
            guard value.hasPrefix("interval:"), let milliseconds = Int(value.dropFirst(9)) else {
                throw SkepError(.invalidArgument, "durability=\(value)")
            }
            return .interval(.milliseconds(milliseconds))
        }
    }

    /// How the store is opened: with bounds so small that everything happens often.
    func settings(_ access: StoreSettings.Access = .readWrite) throws -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.durability = try durability()
        settings.retentionDays = nil
        settings.threads = 2
        settings.memoryTableRows = try number("rows", or: 500)
        settings.appendTimeout = .seconds(10)
        settings.requiresCompleteAnswers = try number("lenient", or: 0) == 0
        return settings
    }
}
