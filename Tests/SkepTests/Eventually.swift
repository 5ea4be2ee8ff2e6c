import Testing

/// Waits until a condition holds, for ten seconds at most, and expects it to.
func eventually(
    _ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let start = ContinuousClock.now
    while start.duration(to: .now) < .seconds(10) {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("the condition did not come true", sourceLocation: sourceLocation)
}
