/// The shape of one kind of trace: which spans it has, below which parents, how often.
struct TracePlan {
    /// One step of a plan, with the steps below it.
    struct Step {
        let type: SpanType
        var repeats: ClosedRange<UInt32> = 1...1
        /// How many of 100 traces have the step.
        var percent: UInt32 = 100
        /// Whether repeated spans run side by side instead of one after another.
        var isParallel = false
        var below: [Step] = []
    }

    /// One step in the flat form, in which each step is followed by all steps below it.
    struct Node {
        let type: SpanType
        let repeats: ClosedRange<UInt32>
        let percent: UInt32
        let isParallel: Bool
        /// The index of the first node that is not below this one.
        var subtreeEnd: Int
    }

    /// How many of all plans' total weight fall on this one.
    let weight: UInt32
    /// The sample rate of its traces.
    let sampleRate: UInt32
    private(set) var nodes: [Node] = []

    init(weight: UInt32, sampleRate: UInt32 = 1, _ root: Step) {
        self.weight = weight
        self.sampleRate = sampleRate
        flatten(root)
    }

    private mutating func flatten(_ step: Step) {
        let index = nodes.count
        nodes.append(
            Node(
                type: step.type, repeats: step.repeats, percent: step.percent,
                isParallel: step.isParallel, subtreeEnd: 0))
        for child in step.below { flatten(child) }
        nodes[index].subtreeEnd = nodes.count
    }
}

extension TracePlan {
    /// All kinds of traces of the shop.
    static let all: [TracePlan] = {
        let user = Step(type: .loadUser, below: [Step(type: .selectUser)])
        let maybeUser = Step(type: .loadUser, percent: 60, below: [Step(type: .selectUser)])
        let stock = Step(
            type: .reserveStock, repeats: 1...4, isParallel: true,
            below: [Step(type: .updateStock)])
        let details = Step(
            type: .getProductDetails,
            below: [
                Step(type: .readProductCache), Step(type: .selectProducts, percent: 55),
            ])
        let suggestions = Step(
            type: .recommend,
            below: [Step(type: .selectRecommendations), Step(type: .rankProducts)])
        let search = Step(
            type: .searchProducts, below: [Step(type: .selectProducts, repeats: 1...3)])
        let payment = Step(
            type: .postPayment, below: [Step(type: .chargeCard), Step(type: .insertPayment)])
        let risk = Step(type: .scoreRisk, below: [Step(type: .selectRisk, repeats: 1...2)])
        func behind(_ page: SpanType, _ below: [Step]) -> Step {
            Step(type: page, below: [Step(type: .forward, below: below)])
        }
        return [
            TracePlan(
                weight: 16, sampleRate: 2, behind(.getHome, [search, maybeUser, suggestions])),
            TracePlan(weight: 28, behind(.getProduct, [details, maybeUser, suggestions])),
            TracePlan(weight: 9, sampleRate: 10, behind(.getSearch, [search, maybeUser])),
            TracePlan(
                weight: 13,
                behind(
                    .postCart,
                    [
                        user, details,
                        Step(type: .addToCart, below: [Step(type: .writeCart, repeats: 1...2)]),
                    ])),
            TracePlan(
                weight: 8,
                behind(
                    .postCheckout,
                    [
                        user,
                        Step(
                            type: .placeOrder,
                            below: [
                                Step(type: .loadCart, below: [Step(type: .writeCart)]), risk,
                                stock, payment, Step(type: .insertOrder), Step(type: .publishOrder),
                            ]),
                    ])),
            TracePlan(
                weight: 7,
                behind(
                    .postConfirm,
                    [
                        Step(type: .selectOrder), payment, Step(type: .publishOrder, percent: 80),
                    ])),
            TracePlan(weight: 6, behind(.getOrder, [user, Step(type: .selectOrder)])),
            TracePlan(weight: 4, sampleRate: 5, behind(.postLogin, [user, risk])),
            TracePlan(
                weight: 7,
                Step(
                    type: .processOrder,
                    below: [
                        Step(type: .insertShipment, repeats: 1...2), stock,
                        Step(type: .sendMessage),
                    ])),
            TracePlan(weight: 4, sampleRate: 20, Step(type: .getHealth)),
        ]
    }()

    /// The rare trace of several hundred spans.
    static let reconciliation = TracePlan(
        weight: 0,
        Step(
            type: .reconcileStock,
            below: [Step(type: .updateStock, repeats: 60...600)]))
    static let reconciliationsPerMillion: UInt32 = 1_200
}
