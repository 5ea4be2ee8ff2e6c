/// Fields of requests, statements and messages.
extension SpanLine {
    mutating func writeHTTPServer(_ words: ShopWords) {
        out.text(",\"http.target\":\"")
        writeTarget(words)
        out.byte(34)
        integer(",\"http.status_code\":", httpStatus())
        integer(",\"http.response_size\":", UInt64(180 &+ random.skewed(90_000)))
    }

    /// Writes path and query of the page that was asked for.
    private mutating func writeTarget(_ words: ShopWords) {
        switch span.type {
        case .getProduct:
            out.text("/product/")
            out.decimal(UInt64(context.product))
            out.text("?ref=")
            out.fragment(words.searchPaths[Int(context.searchWord)])
        case .getSearch:
            out.text("/search?q=")
            out.fragment(words.searchPaths[Int(context.searchWord)])
            out.text("&page=")
            out.decimal(UInt64(1 &+ random.skewed(20)))
        case .getOrder:
            out.text("/orders/")
            writeOrderID()
        case .postCart: out.text("/cart")
        case .postCheckout:
            out.text("/checkout?cart=")
            writeCartID()
        case .postConfirm:
            out.text("/confirm?order=")
            writeOrderID()
        case .postPayment: out.text("/payment")
        case .postLogin: out.text("/login")
        case .getHealth: out.text("/healthz")
        default: out.byte(47)
        }
    }

    mutating func writeHTTPClient(_ words: ShopWords) {
        if span.type == .chargeCard {
            out.text(",\"http.url\":\"https://api.")
            out.fragment(words.providers[Int(context.provider)])
            out.text(".example/v2/charges/")
            out.hex(context.payment)
        } else {
            out.text(",\"http.method\":\"POST\",\"http.url\":\"http://edge.shop.internal/rpc/")
            out.hex(random.next(), digits: 8)
        }
        out.byte(34)
        integer(",\"http.status_code\":", httpStatus())
    }

    private mutating func httpStatus() -> UInt64 {
        let draw = random.below(100)
        if span.isFailed { return draw < 60 ? 500 : draw < 80 ? 502 : draw < 93 ? 503 : 504 }
        return draw < 94 ? 200 : draw < 96 ? 201 : draw < 98 ? 304 : 404
    }

    mutating func writeRPC() {
        let failures: [4 of UInt64] = [13, 14, 4, 2]
        let code = span.isFailed ? failures[Int(random.below(4))] : 0
        integer(",\"rpc.grpc.status_code\":", code)
    }

    mutating func writeMessaging() {
        let high = random.next()
        let low = random.next()
        out.text(",\"messaging.message_id\":\"")
        out.hex(high >> 32, digits: 8)
        out.byte(45)
        out.hex(high >> 16, digits: 4)
        out.text("-4")
        out.hex(high, digits: 3)
        out.text("-a")
        out.hex(low >> 48, digits: 3)
        out.byte(45)
        out.hex(low, digits: 12)
        out.byte(34)
        integer(",\"messaging.partition\":", UInt64(context.user & 15))
    }

    mutating func writeDatabase(_ entry: SpanCatalog.Entry, _ shop: Shop) {
        out.text(",\"db.statement\":\"")
        for index in entry.statement {
            switch shop.catalog.pieces[index] {
            case .text(let fragment): out.fragment(fragment)
            case .literal(let literal): write(literal, shop.words)
            }
        }
        out.text("\",\"db.duration_ms\":")
        // The server's share of the time that the client saw.
        let share = span.duration / 1_000 &* Int64(800_000 &+ random.below(180_000)) / 1_000
        out.milliseconds(SixDigits.roundedDown(share))
        if entry.category == .cache {
            flag(",\"cache.hit\":", random.below(100) < 55)
        } else {
            integer(",\"db.rows\":", UInt64(random.skewed(400)))
        }
    }

    private mutating func write(_ literal: StatementLiteral, _ words: ShopWords) {
        switch literal {
        case .user: writeUserID()
        case .order: writeOrderID()
        case .cart: writeCartID()
        case .payment: writePaymentID()
        case .merchant: writeMerchantID()
        case .product: writeProductID(random.skewed(TraceContext.products))
        case .cents: out.hundredths(UInt64(context.cents))
        case .quantity: out.decimal(UInt64(1 &+ random.skewed(40)))
        case .anyNumber: out.decimal(UInt64(100 &+ random.below(99_000)))
        case .currency: out.fragment(words.currencies[Int(context.currency)])
        }
    }
}
