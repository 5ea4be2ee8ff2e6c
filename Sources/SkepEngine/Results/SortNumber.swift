internal import SkepQuery

/// A result's number as rows are sorted and havings compare by it: exactly.
enum SortNumber {
    case whole(Int128)
    case double(Double)

    /// The number of a result value, if it is one.
    init?(_ value: ResultValue) {
        switch value {
        case .integer(let whole): self = .whole(whole)
        case .double(let double): self = .double(double)
        case .null, .heatmap: return nil
        }
    }

    /// Negative, 0 or positive as `left` is below, equal to or above `right`.
    static func order(_ left: SortNumber, _ right: SortNumber) -> Int {
        switch (left, right) {
        case (.whole(let a), .whole(let b)): return a < b ? -1 : a > b ? 1 : 0
        case (.double(let a), .double(let b)): return a < b ? -1 : a > b ? 1 : 0
        case (.whole(let a), .double(let b)): return -order(b, a)
        case (.double(let a), .whole(let b)): return order(a, b)
        }
    }

    private static func order(_ double: Double, _ whole: Int128) -> Int {
        // Beyond 126 bits a double is above or below every sum; below, its whole part fits.
        if double >= 0x1p126 { return 1 }
        if double <= -0x1p126 { return -1 }
        let floor = double.rounded(.down)
        let part = Int128(floor)
        if part != whole { return part < whole ? -1 : 1 }
        return floor < double ? 1 : 0
    }
}
