/// What all spans of one trace share: who buys what, where, and how it is sampled.
struct TraceContext {
    let traceIDHigh: UInt64
    let traceIDLow: UInt64
    let user: UInt32
    let order: UInt32
    let cart: UInt64
    let payment: UInt64
    let merchant: UInt32
    let product: UInt32
    /// The order's total, in hundredths.
    let cents: UInt32
    let items: UInt32
    let riskPermille: UInt32
    /// Any 64 bits; decides which pod of each service answers.
    let podChoice: UInt64
    let city: UInt8
    let region: UInt8
    let currency: UInt8
    let device: UInt8
    let provider: UInt8
    /// Index into ``Trade/coupons`` plus one, or zero for none.
    let coupon: UInt8
    let searchWord: UInt8
    let experiment: UInt8
    let sampleRate: UInt32
    /// Whether the faulty version has been rolled out in its region.
    let rolledOut: Bool

    private static let users: UInt32 = 1 << 21
    static let merchants: UInt32 = 4_000
    static let products: UInt32 = 30_000

    init(_ random: inout RandomStream, sampleRate: UInt32, rolledOut: Bool) {
        traceIDHigh = random.next()
        traceIDLow = random.next()
        // An odd factor permutes the numbers below a power of two: frequent users get ids from
        // anywhere in the range.
        user = random.skewed(Self.users) &* 1_664_525 & (Self.users &- 1)
        order = random.below(900_000_000) &+ 100_000_000
        cart = random.next() >> 16
        payment = random.next()
        merchant = random.skewed(Self.merchants)
        product = random.skewed(Self.products)
        items = 1 &+ random.skewed(12)
        cents = (199 &+ random.skewed(40_000)) &* items
        riskPermille = random.skewed(1_000)
        podChoice = random.next()
        city = UInt8(truncatingIfNeeded: random.skewed(UInt32(Geography.cities.count)))
        region = Geography.cities[Int(city)].region
        currency = Geography.cities[Int(city)].currency
        device = UInt8(truncatingIfNeeded: random.skewed(UInt32(Trade.devices.count)))
        let isFirstProvider = random.chance(perMillion: 400_000)
        let otherProvider = 1 &+ random.below(UInt32(Trade.providers.count - 1))
        provider = isFirstProvider ? 0 : UInt8(truncatingIfNeeded: otherProvider)
        let hasCoupon = random.chance(perMillion: 220_000)
        let someCoupon = 1 &+ random.skewed(UInt32(Trade.coupons.count))
        coupon = hasCoupon ? UInt8(truncatingIfNeeded: someCoupon) : 0
        searchWord = UInt8(truncatingIfNeeded: random.skewed(UInt32(Trade.searchWords.count)))
        experiment = UInt8(truncatingIfNeeded: random.below(9))
        self.sampleRate = sampleRate
        self.rolledOut = rolledOut
    }

    /// Whether charges of this trace meet the planted fault.
    var isFaulty: Bool {
        rolledOut && Int(region) == PlantedFault.region && Int(provider) == PlantedFault.provider
    }
}
