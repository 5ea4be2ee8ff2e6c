/// Where users and pods are.
enum Geography {
    /// The `cloud.region` values, with the first octets of their hosts' names.
    static let regions = ["eu-west-1", "us-east-1", "ap-southeast-1", "sa-east-1"]

    /// One `geo.city`, its `geo.country`, the region that serves it, and its currency.
    struct City {
        let name: String
        let country: String
        let region: UInt8
        let currency: UInt8
    }

    /// Cities, the most frequent first.
    static let cities: [City] = [
        City(name: "London", country: "GB", region: 0, currency: 2),
        City(name: "New York", country: "US", region: 1, currency: 1),
        City(name: "Berlin", country: "DE", region: 0, currency: 0),
        City(name: "Chicago", country: "US", region: 1, currency: 1),
        City(name: "Paris", country: "FR", region: 0, currency: 0),
        City(name: "Singapore", country: "SG", region: 2, currency: 1),
        City(name: "Amsterdam", country: "NL", region: 0, currency: 0),
        City(name: "São Paulo", country: "BR", region: 3, currency: 3),
        City(name: "Toronto", country: "CA", region: 1, currency: 1),
        City(name: "Madrid", country: "ES", region: 0, currency: 0),
        City(name: "Zürich", country: "CH", region: 0, currency: 0),
        City(name: "Seattle", country: "US", region: 1, currency: 1),
        City(name: "Tokyo", country: "JP", region: 2, currency: 4),
        City(name: "Łódź", country: "PL", region: 0, currency: 0),
        City(name: "Buenos Aires", country: "AR", region: 3, currency: 1),
        City(name: "Dublin", country: "IE", region: 0, currency: 0),
        City(name: "Austin", country: "US", region: 1, currency: 1),
        City(name: "Sydney", country: "AU", region: 2, currency: 1),
        City(name: "Milan", country: "IT", region: 0, currency: 0),
        City(name: "Bogotá", country: "CO", region: 3, currency: 1),
        City(name: "Mexico City", country: "MX", region: 1, currency: 1),
        City(name: "Mumbai", country: "IN", region: 2, currency: 1),
        City(name: "Stockholm", country: "SE", region: 0, currency: 0),
        City(name: "Osaka", country: "JP", region: 2, currency: 4),
    ]

    static let currencies = ["EUR", "USD", "GBP", "BRL", "JPY"]
}
