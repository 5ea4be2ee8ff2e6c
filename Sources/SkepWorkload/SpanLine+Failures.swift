/// Fields that only failed spans have.
extension SpanLine {
    /// Writes the status of a failed span, and the exception where the failure began.
    mutating func writeFailure(_ category: SpanTemplate.Category, _ words: ShopWords) {
        out.text(",\"error\":true,\"status_message\":\"")
        guard span.isFailureOrigin else {
            out.text("a call below failed\"")
            return
        }
        switch category {
        case .database: writeDatabaseFailure()
        case .cache:
            out.text("cache unavailable\",\"exception.type\":\"ConnectionError\"")
            out.text(",\"exception.message\":\"Connection reset by peer (errno 104)\"")
        case .httpClient: writeClientFailure(words)
        default: writeServiceFailure()
        }
    }

    private mutating func writeDatabaseFailure() {
        if random.below(3) == 0 {
            out.text("deadlock detected\",\"exception.type\":\"DeadlockError\"")
            out.text(",\"exception.message\":\"Process ")
            out.decimal(UInt64(1_000 &+ random.below(60_000)))
            out.text(" waits for ShareLock on \\\"stock\\\"\"")
        } else {
            out.text("statement timeout\",\"exception.type\":\"QueryTimeout\"")
            out.text(",\"exception.message\":\"canceling statement due to statement timeout\"")
        }
    }

    private mutating func writeClientFailure(_ words: ShopWords) {
        guard span.type == .chargeCard else {
            out.text("bad gateway\",\"exception.type\":\"UpstreamReset\"")
            out.text(",\"exception.message\":\"upstream connect error or disconnect\"")
            return
        }
        out.text("provider timeout\",\"exception.type\":\"ReadTimeout\"")
        out.text(",\"exception.message\":\"no answer from ")
        out.fragment(words.providers[Int(context.provider)])
        out.text(" after ")
        out.decimal(UInt64(max(span.duration, 0)) / 1_000_000)
        out.text(" ms\"")
    }

    private mutating func writeServiceFailure() {
        switch random.below(3) {
        case 0:
            out.text("deadline exceeded\",\"exception.type\":\"DeadlineExceeded\"")
            out.text(",\"exception.message\":\"context deadline exceeded\"")
        case 1:
            out.text("validation failed\",\"exception.type\":\"ValidationError\"")
            out.text(",\"exception.message\":\"field \\\"quantity\\\" must be at least 1\"")
        default:
            out.text("internal error\",\"exception.type\":\"NullReference\"")
            out.text(",\"exception.message\":\"unexpected null in response\"")
        }
    }
}
