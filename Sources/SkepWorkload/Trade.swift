/// What is bought, and how it is paid for.
enum Trade {
    static let providers = ["paywave", "cardnet", "bankly", "ledgerly"]
    static let methods = ["card", "wallet", "transfer", "invoice", "gift_card"]
    static let merchantCategories = [
        "electronics", "fashion", "home", "books", "toys", "groceries", "sports", "garden",
        "beauty", "music", "tools", "pets",
    ]
    static let coupons = [
        "WELCOME10", "AUTUMN15", "FREESHIP", "VIP20", "BUNDLE5", "FRIENDS", "CLEARANCE", "BIRTHDAY",
    ]
    static let warehouses = ["ams-1", "dub-2", "iad-1", "ord-3", "sin-1", "gru-1"]
    static let tiers = ["free", "plus", "premium", "staff"]
    static let riskLevels = ["low", "medium", "high"]
    static let riskModels = ["gbm-2026-08", "gbm-2026-10", "rules-v7"]
    static let experiments = ["checkout-button", "search-ranking", "free-shipping-bar"]
    static let variants = ["control", "a", "b"]
    static let searchWords = [
        "red shoes", "usb c cable", "coffee grinder", "garden hose", "lego castle", "running watch",
        "desk lamp", "winter jacket", "oat milk", "yoga mat", "cordless drill", "guitar strings",
        "dog bed", "face cream", "rain coat", "noise cancelling headphones", "tea", "backpack",
        "crime novel", "board game", "bike light", "olive oil", "standing desk", "phone case",
        "hiking boots", "cat litter", "led strip", "sourdough starter", "umbrella", "ice skates",
        "chess clock", "pillow",
    ]
    static let devices: [(type: String, system: String, agent: String)] = [
        ("mobile", "iOS", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/605.1.15"),
        ("desktop", "Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0"),
        ("mobile", "Android", "Mozilla/5.0 (Linux; Android 16; Pixel 10) Chrome/142.0.0.0 Mobile"),
        (
            "desktop", "macOS",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_6) Version/19.1 Safari/605"
        ),
        ("app", "iOS", "ShopApp/14.2.1 (iOS 19.1; iPhone17,2)"),
        ("app", "Android", "ShopApp/14.2.0 (Android 16; SM-S942B)"),
        ("tablet", "iPadOS", "Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) Safari/605.1.15"),
        (
            "desktop", "Linux",
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
        ),
        ("bot", "none", "Mozilla/5.0 (compatible; FriendlyBot/2.1; +https://bot.example/about)"),
    ]
}
