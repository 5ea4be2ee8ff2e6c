import SkepModel

/// The readers of untrusted bytes, each on its own.
enum FuzzTarget: String, CaseIterable {
    case segment
    case encoding
    case log
    case list
    case json
    case text
    case specification

    /// Reads bytes; errors are answers, traps and broken promises are not.
    func run(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .segment: SegmentFuzzing.run(bytes)
        case .encoding: EncodingFuzzing.run(bytes)
        case .log: LogFuzzing.run(bytes)
        case .list: ListFuzzing.run(bytes)
        case .json: TextFuzzing.runJSON(bytes)
        case .text: TextFuzzing.runText(bytes)
        case .specification: TextFuzzing.runSpecification(bytes)
        }
    }

    /// Bytes to begin with.
    var seeds: [[UInt8]] {
        get throws {
            switch self {
            case .segment: try SegmentFuzzing.seeds()
            case .encoding: try EncodingFuzzing.seeds()
            case .log: LogFuzzing.seeds()
            case .list: ListFuzzing.seeds()
            case .json: TextFuzzing.jsonSeeds()
            case .text: TextFuzzing.queries().map { Array($0.text.utf8) }
            case .specification: TextFuzzing.queries().map { Array($0.specification.utf8) }
            }
        }
    }
}

/// Runs a reader; what it throws must say that the bytes are at fault.
func reading(_ body: () throws -> Void) {
    do {
        try body()
    } catch let error as SkepError {
        precondition(error.code != .internalFault, "\(error)")
    } catch {
        preconditionFailure("threw \(error)")
    }
}
