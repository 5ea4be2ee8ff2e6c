extension SpanTemplate {
    /// The template of each span type.
    static func template(_ type: SpanType) -> SpanTemplate {
        switch type {
        case .getHome, .getProduct, .getSearch, .postCart, .postCheckout, .postConfirm, .getOrder,
            .postLogin, .getHealth, .forward:
            edge(type)
        case .getProductDetails, .searchProducts, .selectProducts, .readProductCache, .recommend,
            .rankProducts, .selectRecommendations:
            browsing(type)
        case .addToCart, .loadCart, .writeCart, .placeOrder, .insertOrder, .selectOrder,
            .publishOrder, .processOrder, .insertShipment, .sendMessage:
            ordering(type)
        default: trust(type)
        }
    }

    /// What users meet first.
    private static func edge(_ type: SpanType) -> SpanTemplate {
        let visitor: [FieldGroup] = [.user, .geo, .device, .userAgent]
        return switch type {
        case .getHome: page(.frontend, "GET", "/", median: 6_000, visitor + [.experiment])
        case .getProduct:
            page(.frontend, "GET", "/product/{id}", median: 7_500, visitor + [.experiment])
        case .getSearch:
            page(.frontend, "GET", "/search", median: 9_000, visitor + [.search, .experiment])
        case .postCart: page(.frontend, "POST", "/cart", median: 5_000, visitor + [.cart])
        case .postCheckout:
            page(
                .frontend, "POST", "/checkout", median: 12_000,
                visitor + [.cart, .coupon, .order, .experiment])
        case .postConfirm:
            page(.frontend, "POST", "/confirm", median: 8_000, visitor + [.order])
        case .getOrder: page(.frontend, "GET", "/orders/{id}", median: 6_000, visitor + [.order])
        case .postLogin: page(.frontend, "POST", "/login", median: 4_000, visitor)
        case .getHealth: page(.frontend, "GET", "/healthz", median: 150, [])
        default:
            SpanTemplate(
                service: .gateway, name: "gateway.forward", kind: "client", library: "otelhttp",
                category: .httpClient, medianMicroseconds: 900, failuresPerMillion: 2_500,
                groups: [.httpClient, .user])
        }
    }

    /// Finding something to buy.
    private static func browsing(_ type: SpanType) -> SpanTemplate {
        switch type {
        case .getProductDetails:
            call(.catalog, "shop.Catalog", "GetProduct", median: 1_500, [.inventory, .merchant])
        case .searchProducts:
            call(.catalog, "shop.Catalog", "Search", median: 2_500, [.search, .experiment])
        case .selectProducts:
            query(
                .catalog, "postgresql", "catalog", "SELECT products", median: 4_500,
                """
                SELECT id, name, price, stock FROM products WHERE (sku = '{s}' OR merchant_id = \
                '{m}') AND price < {a} ORDER BY rank LIMIT {q}
                """)
        case .readProductCache:
            query(
                .catalog, "redis", "cache", "GET product", median: 350, failures: 200,
                "GET product:{s}")
        case .recommend:
            call(
                .recommendation, "shop.Recommendation", "List", median: 3_000,
                [.user, .experiment, .inventory])
        case .rankProducts:
            SpanTemplate(
                service: .recommendation, name: "rank_products", kind: "internal",
                library: "shop.ranking", category: .function, medianMicroseconds: 11_000,
                octaves: 0.6, groups: [.user, .experiment, .job])
        default:
            query(
                .recommendation, "clickhouse", "events", "SELECT recommendations", median: 9_000,
                octaves: 1.7,
                """
                SELECT sku, score FROM similar_products WHERE user_id = '{u}' AND score > 0.{n} \
                ORDER BY score DESC LIMIT 20
                """)
        }
    }

    /// From the cart to the parcel.
    private static func ordering(_ type: SpanType) -> SpanTemplate {
        switch type {
        case .addToCart:
            call(.cart, "shop.Cart", "AddItem", median: 1_200, [.user, .cart, .inventory])
        case .loadCart: call(.cart, "shop.Cart", "Get", median: 900, [.user, .cart, .coupon])
        case .writeCart:
            query(
                .cart, "redis", "carts", "HSET cart", median: 420, failures: 300,
                "HSET cart:{c} {s} {q}")
        case .placeOrder:
            call(
                .checkout, "shop.Checkout", "PlaceOrder", median: 7_000,
                [.user, .geo, .order, .cart, .coupon, .experiment])
        case .insertOrder:
            query(
                .checkout, "postgresql", "orders", "INSERT orders", median: 6_500,
                """
                INSERT INTO orders (id, user_id, cart_id, total, currency) VALUES ('{o}', '{u}', \
                '{c}', {a}, '{y}')
                """)
        case .selectOrder:
            query(
                .checkout, "postgresql", "orders", "SELECT orders", median: 5_000,
                """
                SELECT o.id, o.total, s.state FROM orders o JOIN shipments s ON s.order_id = o.id \
                WHERE o.id = '{o}' AND o.user_id = '{u}'
                """)
        case .publishOrder:
            message(
                .checkout, "orders publish", kind: "producer", topic: "orders", median: 1_400,
                [.order])
        case .processOrder:
            message(
                .shipping, "orders process", kind: "consumer", topic: "orders", median: 9_000,
                [.order, .user, .geo])
        case .insertShipment:
            query(
                .shipping, "mysql", "shipping", "INSERT shipments", median: 7_000,
                """
                INSERT INTO shipments (order_id, warehouse_id, weight_grams) VALUES ('{o}', {q}, \
                {n})
                """)
        default:
            message(
                .notification, "mail publish", kind: "producer", topic: "mail", median: 18_000,
                [.user, .order])
        }
    }

    /// Money, stock, identity and risk.
    private static func trust(_ type: SpanType) -> SpanTemplate {
        switch type {
        case .postPayment:
            page(
                .payment, "POST", "/payment", median: 5_000,
                [.user, .payment, .merchant, .order, .risk])
        case .chargeCard:
            SpanTemplate(
                service: .payment, name: "charge", kind: "client", library: "okhttp",
                category: .httpClient, medianMicroseconds: 110_000, octaves: 0.5,
                failuresPerMillion: 9_000, constants: [("http.method", "POST")],
                groups: [.httpClient, .payment, .merchant])
        case .insertPayment:
            query(
                .payment, "postgresql", "payments", "INSERT payments", median: 6_000,
                """
                INSERT INTO payments (id, order_id, merchant_id, amount, currency) VALUES ('{p}', \
                '{o}', '{m}', {a}, '{y}')
                """)
        case .scoreRisk:
            call(.risk, "shop.Risk", "Score", median: 14_000, [.user, .geo, .device, .risk])
        case .selectRisk:
            query(
                .risk, "cassandra", "risk", "SELECT signals", median: 3_500,
                "SELECT kind, weight FROM signals WHERE user_id = '{u}' AND day > {n}")
        case .reserveStock:
            call(
                .inventory, "shop.Inventory", "Reserve", median: 1_800, [.inventory, .order])
        case .updateStock:
            query(
                .inventory, "mysql", "inventory", "UPDATE stock", median: 4_000, octaves: 1.6,
                "UPDATE stock SET reserved = reserved + {q} WHERE sku = '{s}' AND version = {n}")
        case .reconcileStock:
            SpanTemplate(
                service: .inventory, name: "reconcile_stock", kind: "internal",
                library: "shop.jobs", category: .job, medianMicroseconds: 60_000,
                groups: [.job, .inventory])
        case .loadUser: call(.user, "shop.User", "Get", median: 1_100, [.user, .geo])
        default:
            query(
                .user, "postgresql", "users", "SELECT users", median: 2_500,
                "SELECT id, tier, locale, created_at FROM users WHERE id = '{u}'")
        }
    }
}
