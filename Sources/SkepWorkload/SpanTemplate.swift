/// What all spans of one ``SpanType`` have in common.
struct SpanTemplate {
    /// What the span does; decides how it can fail.
    enum Category: UInt8 {
        case httpServer, httpClient, rpcServer, database, cache, messaging, function, job
    }

    let service: Service
    let name: String
    let kind: String
    let library: String
    let category: Category
    /// Time spent in the span itself, without its children: median and spread.
    let medianMicroseconds: Int64
    var octaves = 0.8
    /// How often the span itself fails, apart from what its children hand up.
    var failuresPerMillion: UInt32 = 2_000
    /// String fields with the same value in every span of the type.
    var constants: [(name: String, value: String)] = []
    var groups: [FieldGroup] = []
    /// The `db.statement`, with `{x}` for each ``StatementLiteral``.
    var statement = ""

    /// A request that arrives from outside at one route.
    static func page(
        _ service: Service, _ method: String, _ route: String, median: Int64, _ groups: [FieldGroup]
    ) -> SpanTemplate {
        SpanTemplate(
            service: service, name: "\(method) \(route)", kind: "server", library: "otelhttp",
            category: .httpServer, medianMicroseconds: median,
            constants: [("http.method", method), ("http.route", route)],
            groups: [.httpServer] + groups)
    }

    /// A call from another service.
    static func call(
        _ service: Service, _ package: String, _ method: String, median: Int64,
        _ groups: [FieldGroup]
    ) -> SpanTemplate {
        SpanTemplate(
            service: service, name: "\(package)/\(method)", kind: "server", library: "otelgrpc",
            category: .rpcServer, medianMicroseconds: median,
            constants: [("rpc.system", "grpc"), ("rpc.service", package), ("rpc.method", method)],
            groups: [.rpc] + groups)
    }

    /// A statement sent to a database.
    static func query(
        _ service: Service, _ system: String, _ database: String, _ name: String, median: Int64,
        octaves: Double = 1.5, failures: UInt32 = 3_000, _ statement: String
    ) -> SpanTemplate {
        SpanTemplate(
            service: service, name: name, kind: "client", library: "otelsql",
            category: system == "redis" ? .cache : .database, medianMicroseconds: median,
            octaves: octaves, failuresPerMillion: failures,
            constants: [
                ("db.system", system), ("db.name", database),
                ("db.operation", String(name.prefix { $0 != " " })),
            ],
            groups: [.database], statement: statement)
    }

    /// A message to or from a queue.
    static func message(
        _ service: Service, _ name: String, kind: String, topic: String, median: Int64,
        _ groups: [FieldGroup]
    ) -> SpanTemplate {
        SpanTemplate(
            service: service, name: name, kind: kind, library: "otelkafka", category: .messaging,
            medianMicroseconds: median,
            constants: [
                ("messaging.system", "kafka"), ("messaging.destination", topic),
                ("messaging.operation", kind == "producer" ? "publish" : "process"),
            ],
            groups: [.messaging] + groups)
    }
}
