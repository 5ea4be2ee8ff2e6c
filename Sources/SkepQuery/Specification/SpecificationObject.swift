internal import SkepJSON
internal import SkepModel

/// One object of a JSON specification while it is read; knows its place for messages.
struct SpecificationObject {
    /// The path of this object: empty for the specification itself, or as `filters[2]`.
    let path: String
    private let value: JSONValue

    /// Takes an object whose fields are all known.
    ///
    /// - Parameters:
    ///   - later: Fields of Honeycomb's specification that Skep does not support yet.
    /// - Throws: `invalidQuery` for something else than an object and for other fields.
    init(
        _ value: JSONValue, path: String, known: [String], later: [String] = []
    ) throws(SkepError) {
        self.value = value
        self.path = path
        guard let members = value.object else {
            let subject = path.isEmpty ? "the query specification" : path
            throw SkepError(.invalidQuery, "\(subject): expected an object, not \(value.kind).")
        }
        for (key, member) in members where !known.contains(key) {
            if later.contains(key) {
                // An empty list or null asks for nothing.
                if member.isNull || member.array?.isEmpty == true { continue }
                throw failure(key, "not supported yet.")
            }
            throw failure(key, "unknown field." + NearNames.question(for: key, in: known))
        }
    }

    /// The path of a field.
    func path(of field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

    /// An error about a field.
    func failure(_ field: String, _ message: String) -> SkepError {
        SkepError(.invalidQuery, "\(path(of: field)): \(message)")
    }

    /// The field's value; nil if it is missing or null.
    func field(_ name: String) -> JSONValue? {
        guard let member = value[name], !member.isNull else { return nil }
        return member
    }

    /// The text of a field, if there is one.
    func text(_ name: String) throws(SkepError) -> String? {
        guard let member = field(name) else { return nil }
        guard let text = member.string else { throw expected("a string", name, member) }
        return text
    }

    /// The text of a field that must be there.
    func requiredText(_ name: String) throws(SkepError) -> String {
        guard let text = try text(name) else { throw failure(name, "missing.") }
        return text
    }

    /// The whole number of a field, if there is one.
    func whole(_ name: String) throws(SkepError) -> Int? {
        guard let member = field(name) else { return nil }
        guard let number = member.int else { throw expected("a whole number", name, member) }
        return Int(number)
    }

    /// The elements of a list with their paths; none if the field is missing.
    func elements(_ name: String) throws(SkepError) -> [(path: String, value: JSONValue)] {
        guard let member = field(name) else { return [] }
        guard let elements = member.array else { throw expected("an array", name, member) }
        return elements.enumerated().map { (path: "\(path(of: name))[\($0)]", value: $1) }
    }

    /// The member of an enumeration that a text names.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ text: String, of type: Choice.Type
    ) throws(SkepError) -> Choice where Choice.RawValue == String {
        if let choice = Choice(rawValue: text) { return choice }
        let names = type.allCases.map(\.rawValue)
        let near = NearNames.question(for: text, in: names)
        let advice = near.isEmpty ? " Use one of \(names.joined(separator: ", "))." : near
        throw failure(name, "\"\(text)\" is not known.\(advice)")
    }

    /// The time of a field: Unix seconds as a number, or RFC 3339 text.
    func time(_ name: String) throws(SkepError) -> Timestamp? {
        guard let member = field(name) else { return nil }
        if let text = member.string {
            guard let time = Timestamp(rfc3339: text) else {
                throw failure(name, "\"\(text)\" is not a time as RFC 3339 writes it.")
            }
            return time
        }
        guard let seconds = member.double else {
            throw expected("Unix seconds or an RFC 3339 time", name, member)
        }
        guard abs(seconds) <= Double(QueryValidator.longestRange) else {
            throw failure(name, "\(member.text) is too large for Unix seconds.")
        }
        if let whole = member.int { return Timestamp(seconds: whole) }
        // Apart, so that the product does not round the whole seconds.
        let whole = seconds.rounded(.down)
        let fraction = Int64(((seconds - whole) * 1e9).rounded())
        return Timestamp(nanoseconds: Int64(whole) * 1_000_000_000 + fraction)
    }

    func expected(_ what: String, _ name: String, _ found: JSONValue) -> SkepError {
        failure(name, "expected \(what), not \(found.text).")
    }
}

extension JSONValue {
    /// The value as JSON if that is short, else its kind: for messages.
    var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes.count <= 40 ? writer.text : kind
    }
}
