/// Fields of the shop's own business.
extension SpanLine {
    // MARK: Ids

    mutating func writeUserID() {
        out.text("u-")
        out.decimal(UInt64(context.user))
    }

    mutating func writeOrderID() {
        out.text("o-")
        out.decimal(UInt64(context.order))
    }

    mutating func writeCartID() {
        out.text("c-")
        out.hex(context.cart, digits: 12)
    }

    mutating func writePaymentID() {
        out.text("pay_")
        out.hex(context.payment)
    }

    mutating func writeMerchantID() {
        out.text("m-")
        out.padded(UInt64(context.merchant), digits: 4)
    }

    mutating func writeProductID(_ product: UInt32) {
        out.text("SKU-")
        out.padded(UInt64(product), digits: 5)
    }

    // MARK: Groups

    mutating func writeUser(_ words: ShopWords) {
        out.text(",\"user.id\":\"")
        writeUserID()
        out.byte(34)
        // A property of the user, so a function of the id: most are free, few are staff.
        let draw = context.user % 100
        quoted(",\"user.tier\":\"", words.tiers, draw < 70 ? 0 : draw < 90 ? 1 : draw < 99 ? 2 : 3)
    }

    mutating func writeOrder(_ words: ShopWords) {
        out.text(",\"order.id\":\"")
        writeOrderID()
        out.byte(34)
        amount(",\"order.total\":", UInt64(context.cents))
        quoted(",\"order.currency\":\"", words.currencies, context.currency)
        integer(",\"order.items\":", UInt64(context.items))
    }

    mutating func writeCart() {
        out.text(",\"cart.id\":\"")
        writeCartID()
        out.byte(34)
        integer(",\"cart.items\":", UInt64(context.items))
        amount(",\"cart.total\":", UInt64(context.cents))
    }

    mutating func writeCoupon(_ words: ShopWords) {
        guard context.coupon > 0 else { return }
        quoted(",\"coupon.code\":\"", words.coupons, context.coupon &- 1)
        amount(",\"coupon.discount\":", UInt64(context.cents / (5 &+ UInt32(context.coupon))))
    }

    mutating func writePayment(_ words: ShopWords) {
        out.text(",\"payment.id\":\"")
        writePaymentID()
        out.byte(34)
        quoted(",\"payment.provider\":\"", words.providers, context.provider)
        let method = UInt8(truncatingIfNeeded: context.payment % 11)
        quoted(",\"payment.method\":\"", words.methods, method < 5 ? method : 0)
        amount(",\"payment.amount\":", UInt64(context.cents))
        integer(",\"payment.attempts\":", span.isFailed ? 3 : 1 &+ UInt64(random.skewed(3)))
    }

    mutating func writeMerchant(_ words: ShopWords) {
        out.text(",\"merchant.id\":\"")
        writeMerchantID()
        out.byte(34)
        let category = UInt8(
            truncatingIfNeeded: context.merchant % UInt32(words.merchantCategories.count))
        quoted(",\"merchant.category\":\"", words.merchantCategories, category)
    }

    mutating func writeInventory(_ words: ShopWords) {
        let product =
            span.type == .reserveStock ? random.skewed(TraceContext.products) : context.product
        out.text(",\"inventory.sku\":\"")
        writeProductID(product)
        out.byte(34)
        let warehouse = UInt8(truncatingIfNeeded: random.skewed(UInt32(words.warehouses.count)))
        quoted(",\"inventory.warehouse\":\"", words.warehouses, warehouse)
        integer(",\"inventory.quantity\":", UInt64(random.skewed(2_000)))
        flag(",\"inventory.in_stock\":", random.below(100) < 96)
    }

    mutating func writeRisk(_ words: ShopWords) {
        let permille = context.riskPermille
        out.text(",\"risk.score\":0.")
        out.padded(UInt64(permille), digits: 3)
        quoted(",\"risk.level\":\"", words.riskLevels, permille < 350 ? 0 : permille < 800 ? 1 : 2)
        quoted(",\"risk.model\":\"", words.riskModels, UInt8(context.podChoice >> 60) % 3)
        flag(",\"risk.flagged\":", permille > 960)
    }

    mutating func writeSearch(_ words: ShopWords) {
        quoted(",\"search.query\":\"", words.searchWords, context.searchWord)
        integer(",\"search.results\":", UInt64(random.skewed(900)))
    }
}
