import Testing

/// Waits until a condition holds, for a minute at most, and expects it to.
///
/// All tests share a few threads: on two busy cores ten seconds may be two looks.
func eventually(
    _ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let start = ContinuousClock.now
    while start.duration(to: .now) < .seconds(60) {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("the condition did not come true", sourceLocation: sourceLocation)
}
