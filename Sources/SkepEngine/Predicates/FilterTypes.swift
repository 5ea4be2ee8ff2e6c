package import SkepColumns
package import SkepQuery

/// Which types of stored values a filter can tell apart from a missing field.
package enum FilterTypes {
    /// The types of which some value passes a comparison, or fails a negative one.
    ///
    /// A comparison with a column that holds none of them is likely a mistake: it matches nothing,
    /// or everything when it is negative.
    package static func reached(by filter: Filter) -> Set<ColumnType> {
        let predicate = Predicate(filter)
        var types: Set<ColumnType> = []
        if !predicate.numbers.ints.isEmpty { types.insert(.int) }
        if !predicate.numbers.doubles.isEmpty { types.insert(.double) }
        if predicate.acceptsFalse || predicate.acceptsTrue { types.insert(.bool) }
        if case .nothing = predicate.strings { return types }
        types.insert(.string)
        return types
    }
}
