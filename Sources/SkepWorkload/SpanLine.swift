internal import SkepModel

/// One event while it is written: the frame of the line, and the order of its fields.
struct SpanLine {
    /// No line is longer than this many bytes.
    static let longest = 4_096

    var out: LineWriter
    var random: RandomStream
    let span: Span
    let context: TraceContext

    init(out: LineWriter, span: Span, context: TraceContext) {
        self.out = out
        self.span = span
        self.context = context
        random = RandomStream(seed: span.seed)
    }

    /// Writes the event.
    mutating func write(_ shop: Shop) {
        let entry = shop.catalog.entries[Int(span.type.rawValue)]
        out.text("{\"Timestamp\":\"")
        writeTime(span.start)
        out.byte(34)
        if context.sampleRate > 1 {
            out.text(",\"SampleRate\":")
            out.decimal(UInt64(context.sampleRate))
        }
        writeIdentity()
        out.fragment(
            shop.fleet.pod(
                of: entry.service, region: context.region, choice: context.podChoice,
                rolledOut: context.rolledOut))
        out.fragment(entry.constants)
        out.text(",\"duration_ms\":")
        out.milliseconds(span.duration)
        out.text(",\"status_code\":")
        out.byte(span.isFailed ? 50 : 48)
        if span.isFailed { writeFailure(entry.category, shop.words) }
        for index in entry.groups { write(shop.catalog.groups[index], entry, shop) }
        out.text("}\n")
    }

    private mutating func writeIdentity() {
        out.text(",\"trace.trace_id\":\"")
        out.hex(context.traceIDHigh)
        out.hex(context.traceIDLow)
        out.text("\",\"trace.span_id\":\"")
        out.hex(span.id)
        if span.parent != 0 {
            out.text("\",\"trace.parent_id\":\"")
            out.hex(span.parent)
        }
        out.byte(34)
    }

    /// Writes RFC 3339 with nine fraction digits.
    private mutating func writeTime(_ nanoseconds: Int64) {
        let days = CalendarTime.day(of: nanoseconds)
        let date = CalendarTime.date(daysSinceEpoch: days)
        let start = Int64(days) &* CalendarTime.nanosecondsPerDay
        let sinceMidnight = UInt64(bitPattern: nanoseconds &- start)
        let second = sinceMidnight / 1_000_000_000
        out.padded(UInt64(max(date.year, 0)), digits: 4)
        out.byte(45)
        out.padded(UInt64(max(date.month, 0)), digits: 2)
        out.byte(45)
        out.padded(UInt64(max(date.day, 0)), digits: 2)
        out.byte(84)
        out.padded(second / 3_600, digits: 2)
        out.byte(58)
        out.padded(second / 60 % 60, digits: 2)
        out.byte(58)
        out.padded(second % 60, digits: 2)
        out.byte(46)
        out.padded(sinceMidnight % 1_000_000_000, digits: 9)
        out.byte(90)
    }

    private mutating func write(_ group: FieldGroup, _ entry: SpanCatalog.Entry, _ shop: Shop) {
        switch group {
        case .httpServer: writeHTTPServer(shop.words)
        case .httpClient: writeHTTPClient(shop.words)
        case .userAgent: quoted(",\"user_agent.original\":\"", shop.words.agents, context.device)
        case .rpc: writeRPC()
        case .user: writeUser(shop.words)
        case .geo: out.fragment(shop.words.geo[Int(context.city)])
        case .device: out.fragment(shop.words.devices[Int(context.device)])
        case .experiment: out.fragment(shop.words.experiments[Int(context.experiment)])
        case .order: writeOrder(shop.words)
        case .cart: writeCart()
        case .coupon: writeCoupon(shop.words)
        case .payment: writePayment(shop.words)
        case .merchant: writeMerchant(shop.words)
        case .inventory: writeInventory(shop.words)
        case .risk: writeRisk(shop.words)
        case .database, .cache: writeDatabase(entry, shop)
        case .messaging: writeMessaging()
        case .search: writeSearch(shop.words)
        case .job: integer(",\"batch.size\":", UInt64(10 &+ random.skewed(5_000)))
        }
    }

    // MARK: Fields of one value

    /// Writes a field whose value is one of a list of words.
    mutating func quoted(_ key: StaticString, _ words: [Fragment], _ index: UInt8) {
        out.text(key)
        out.fragment(words[Int(index)])
        out.byte(34)
    }

    /// Writes a field with an integer.
    mutating func integer(_ key: StaticString, _ value: UInt64) {
        out.text(key)
        out.decimal(value)
    }

    /// Writes a field with an amount of hundredths.
    mutating func amount(_ key: StaticString, _ hundredths: UInt64) {
        out.text(key)
        out.hundredths(hundredths)
    }

    /// Writes a field with a bool.
    mutating func flag(_ key: StaticString, _ value: Bool) {
        out.text(key)
        if value { out.text("true") } else { out.text("false") }
    }
}
