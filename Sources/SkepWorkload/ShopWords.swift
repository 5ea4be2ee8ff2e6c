/// The words of ``Trade`` and ``Geography`` as fragments, some with the fields around them.
struct ShopWords {
    let geo: [Fragment]
    let devices: [Fragment]
    let agents: [Fragment]
    let experiments: [Fragment]
    let coupons: [Fragment]
    let providers: [Fragment]
    let methods: [Fragment]
    let merchantCategories: [Fragment]
    let currencies: [Fragment]
    let warehouses: [Fragment]
    let tiers: [Fragment]
    let riskLevels: [Fragment]
    let riskModels: [Fragment]
    let searchWords: [Fragment]
    /// Search words as they stand in a URL.
    let searchPaths: [Fragment]

    init(_ table: inout FragmentTable) {
        geo = Geography.cities.map {
            table.add(fields: [("geo.country", $0.country), ("geo.city", $0.name)])
        }
        devices = Trade.devices.map {
            table.add(fields: [("device.type", $0.type), ("device.os", $0.system)])
        }
        agents = Trade.devices.map { table.add($0.agent) }
        experiments = (0..<9).map { number in
            table.add(fields: [
                ("experiment.name", Trade.experiments[number / 3]),
                ("experiment.variant", Trade.variants[number % 3]),
            ])
        }
        func words(_ list: [String]) -> [Fragment] { list.map { table.add($0) } }
        coupons = words(Trade.coupons)
        providers = words(Trade.providers)
        methods = words(Trade.methods)
        merchantCategories = words(Trade.merchantCategories)
        currencies = words(Geography.currencies)
        warehouses = words(Trade.warehouses)
        tiers = words(Trade.tiers)
        riskLevels = words(Trade.riskLevels)
        riskModels = words(Trade.riskModels)
        searchWords = words(Trade.searchWords)
        searchPaths = Trade.searchWords.map { word in
            table.add(String(word.map { $0 == " " ? "+" : $0 }))
        }
    }
}
