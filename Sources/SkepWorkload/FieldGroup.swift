/// Fields that appear together, with values that change from event to event.
enum FieldGroup: UInt8 {
    case httpServer, httpClient, userAgent, rpc
    case user, geo, device, experiment
    case order, cart, coupon, payment, merchant, inventory, risk
    case database, cache, messaging, search, job
}

/// A piece of a statement: constant text, or a literal that changes from event to event.
enum StatementPiece {
    case text(Fragment)
    case literal(StatementLiteral)
}

/// What stands in the place of a literal in a statement.
enum StatementLiteral: Character {
    case user = "u"
    case order = "o"
    case cart = "c"
    case payment = "p"
    case merchant = "m"
    case product = "s"
    case cents = "a"
    case quantity = "q"
    case anyNumber = "n"
    case currency = "y"
}
