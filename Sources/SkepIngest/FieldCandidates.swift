internal import SkepColumns

/// The values of one event that may be its time or its sample rate.
///
/// They are kept apart from the staged fields until the event is complete, because only then it
/// is known which of them is the time.
struct FieldCandidates {
    /// A value, and for numbers the text it was written as.
    struct Value {
        var isPresent = false
        /// Whether it is an object, whose fields are staged already; it has no text.
        var isObject = false
        var type = ColumnType.string
        var bits: UInt64 = 0
        var text: UnsafePointer<UInt8>
        var count = 0
    }

    /// By name number; `times` and `rates` in order of preference.
    private let values: UnsafeMutablePointer<Value>
    let times: Range<Int>
    let rates: Range<Int>

    /// Numbers the names; they must be the first that are numbered.
    init(
        times timeNames: [String], rates rateNames: [String],
        stage: UnsafeMutablePointer<FieldStage>
    ) {
        // Number 0 is the empty name: the successor of a name that never had one.
        var next = Self.number("", stage) + 1
        let firstTime = next
        for name in timeNames { next = Self.number(name, stage) + 1 }
        let firstRate = next
        for name in rateNames { next = max(next, Self.number(name, stage) + 1) }
        times = firstTime..<firstRate
        rates = firstRate..<next
        values = .allocate(capacity: next)
        let nothing = UnsafePointer(stage.pointee.freeText)
        values.initialize(repeating: Value(text: nothing), count: next)
    }

    func deallocate() { values.deallocate() }

    /// Name numbers below this are candidates, except 0.
    var limit: UInt32 { UInt32(truncatingIfNeeded: rates.upperBound) }

    private static func number(_ name: String, _ stage: UnsafeMutablePointer<FieldStage>) -> Int {
        let bytes = Array(name.utf8) + [0]
        return bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            return Int(stage.pointee.number(start, buffer.count - 1))
        }
    }

    @inline(__always)
    func begin() {
        for index in 1..<rates.upperBound { values[index].isPresent = false }
    }

    /// Keeps a value; one with the same name is overwritten.
    func set(
        _ name: UInt32, _ type: ColumnType, bits: UInt64, _ text: UnsafePointer<UInt8>, _ count: Int
    ) {
        values[Int(name)] = Value(
            isPresent: true, type: type, bits: bits, text: text, count: count)
    }

    /// Keeps that a value is an object that is not empty.
    func setObject(_ name: UInt32) {
        values[Int(name)].isPresent = true
        values[Int(name)].isObject = true
    }

    func remove(_ name: UInt32) { values[Int(name)].isPresent = false }

    /// Takes the first present value out.
    @inline(__always)
    func take(_ names: Range<Int>) -> Value? {
        for name in names where values[name].isPresent {
            values[name].isPresent = false
            return values[name]
        }
        return nil
    }

    /// Stages what was not taken as ordinary fields.
    @inline(__always)
    func stageRest(_ stage: UnsafeMutablePointer<FieldStage>) {
        for name in 1..<rates.upperBound where values[name].isPresent && !values[name].isObject {
            let value = values[name]
            let number = UInt32(truncatingIfNeeded: name)
            if value.type == .string {
                stage.pointee.setString(number, value.text, value.count)
            } else {
                stage.pointee.set(number, value.type, bits: value.bits)
            }
        }
    }
}
