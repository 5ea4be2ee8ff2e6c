import Skep
import SkepStorage
import Testing

/// Names and texts that look the same and differ in their bytes are different.
@Suite struct NameBytesTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"
    private static let now = Timestamp(seconds: 1_790_000_000)

    private let io = MemoryStorageIO()

    private func store(_ access: StoreSettings.Access = .readWrite) async throws -> Store {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = ManualClock(Self.now)
        return try await Store.open("/store", settings: settings)
    }

    private func check(_ shop: Dataset) async throws {
        let columns = try await shop.columns()
        #expect(
            columns.map { Array($0.name.utf8) }
                == [Self.decomposed, Self.composed].map { Array($0.utf8) })
        #expect(columns.map(\.events) == [1, 1])
        let event = try #require(try await shop.events().first)
        #expect(event.fields.count == 2)
        #expect(event.fields[Self.composed] == .string(Self.composed))
        #expect(event.fields[Self.decomposed] == .string(Self.decomposed))
        let query = Query(.countDistinct(Self.composed), .countDistinct(Self.decomposed), .count)
            .group(by: Self.composed, Self.decomposed)
            .where(Field(Self.composed) == Self.composed, Field(Self.decomposed) == Self.decomposed)
        let row = try #require(try await shop.query(query).rows.first)
        #expect(row[Self.composed] == .string(Self.composed))
        #expect(row[Self.decomposed] == .string(Self.decomposed))
        #expect(row.values == [.integer(1), .integer(1), .integer(1)])
        let none = Query(.count).where(Field(Self.composed) == Self.decomposed)
        #expect(try await shop.query(none).rows.map(\.values) == [[.integer(0)]])
    }

    @Test func appendedNamesOfDifferentBytesAreTwoColumns() async throws {
        let shop = try await store().dataset("shop")
        try await shop.append(
            Event([
                Self.composed: .string(Self.composed), Self.decomposed: .string(Self.decomposed),
            ]))
        try await check(shop)
        try await shop.flush()
        try await check(shop)
    }

    @Test func loadedNamesOfDifferentBytesAreTwoColumns() async throws {
        let shop = try await store().dataset("shop")
        let line = """
            {"\(Self.composed)":"\(Self.composed)","\(Self.decomposed)":"\(Self.decomposed)"}
            """
        #expect(try await shop.load(bytes: Array(line.utf8)).storedEvents == 1)
        try await check(shop)
    }

    @Test func groupsAreToldApartByTheirBytes() async throws {
        let shop = try await store().dataset("shop")
        try await shop.append(
            contentsOf: [Self.composed, Self.decomposed, Self.composed].map {
                Event(["name": .string($0)])
            })
        let rows = try await shop.query(Query(.count).group(by: "name")).rows
        #expect(rows.map { $0["name"] } == [.string(Self.composed), .string(Self.decomposed)])
        #expect(rows.map(\.values) == [[.integer(2)], [.integer(1)]])
    }

    @Test func datasetsAreToldApartByTheirBytes() async throws {
        let writer = try await store()
        try await writer.dataset(Self.composed).append(Event(["a": 1]))
        try await writer.dataset(Self.decomposed).append(contentsOf: [
            Event(["a": 1]), Event(["a": 2]),
        ])
        try await writer.close()
        let reader = try await store(.readOnly)
        #expect(try await reader.datasets().map(\.events) == [2, 1])
        #expect(try await reader.dataset(Self.composed).statistics().events == 1)
    }
}
