/// One of the shop's services.
enum Service: UInt8, CaseIterable {
    case frontend, gateway, checkout, payment, cart, catalog, inventory, shipping, user, risk
    case recommendation, notification

    /// The `service.name`.
    var name: String { String(describing: self) }

    /// The `telemetry.sdk.language`.
    var language: String {
        switch self {
        case .frontend: "nodejs"
        case .gateway, .checkout, .catalog, .user: "go"
        case .payment, .inventory: "java"
        case .cart: "dotnet"
        case .shipping: "rust"
        case .risk, .recommendation: "python"
        case .notification: "swift"
        }
    }

    /// The version that most pods run, and the one that a canary pod of each region runs.
    var versions: (stable: String, canary: String) {
        switch self {
        case .frontend: ("8.12.3", "8.13.0")
        case .gateway: ("3.4.1", "3.4.2")
        case .checkout: ("5.21.0", "5.22.0")
        case .payment: (PlantedFault.versionBefore, PlantedFault.version)
        case .cart: ("4.0.9", "4.1.0")
        case .catalog: ("6.7.2", "6.8.0")
        case .inventory: ("2.15.5", "2.16.0")
        case .shipping: ("1.9.0", "1.9.1")
        case .user: ("7.3.3", "7.4.0")
        case .risk: ("0.48.2", "0.49.0")
        case .recommendation: ("3.0.14", "3.1.0")
        case .notification: ("1.2.6", "1.3.0")
        }
    }
}
