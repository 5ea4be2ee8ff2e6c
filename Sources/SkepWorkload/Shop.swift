/// The parts of the shop that never change, in the form that writing needs.
struct Shop {
    let catalog: SpanCatalog
    let fleet: Fleet
    let words: ShopWords
    private let table: FragmentTable

    init() {
        var table = FragmentTable()
        catalog = SpanCatalog(&table)
        fleet = Fleet(&table)
        words = ShopWords(&table)
        self.table = table
    }

    /// Writes one event as a line.
    ///
    /// - Parameter start: Memory for at least ``SpanLine/longest`` bytes.
    /// - Returns: The bytes written.
    func write(_ span: Span, of context: TraceContext, to start: UnsafeMutablePointer<UInt8>) -> Int
    {
        table.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            var line = SpanLine(
                out: LineWriter(start: start, fragments: base), span: span, context: context)
            line.write(self)
            return line.out.end - start
        }
    }
}
