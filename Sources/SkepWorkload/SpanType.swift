/// One kind of work that a service of the shop does and reports as a span.
enum SpanType: UInt8, CaseIterable {
    case getHome, getProduct, getSearch, postCart, postCheckout, postConfirm, getOrder, postLogin
    case getHealth
    case forward
    case getProductDetails, searchProducts, selectProducts, readProductCache
    case recommend, rankProducts, selectRecommendations
    case addToCart, loadCart, writeCart
    case placeOrder, insertOrder, selectOrder, publishOrder
    case postPayment, chargeCard, insertPayment
    case scoreRisk, selectRisk
    case reserveStock, updateStock, reconcileStock
    case loadUser, selectUser
    case processOrder, insertShipment, sendMessage
}
