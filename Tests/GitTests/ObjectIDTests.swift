import Git
import Testing

struct ObjectIDTests {
    @Test(arguments: [
        "0000000000000000000000000000000000000000", "3fa9c1e0d4b5a697889900112233445566778899",
        "ffffffffffffffffffffffffffffffffffffffff",
    ])
    func `an id survives hex and back`(hex: String) throws {
        let id = try #require(ObjectID(hex: hex))
        #expect(id.description == hex)
        #expect(id.short == String(hex.prefix(8)))
        #expect(ObjectID(hex: hex.uppercased()) == id)
    }

    @Test(arguments: ["", "3fa9", String(repeating: "0", count: 41), "g" + String(repeating: "0", count: 39)])
    func `what is not forty hex digits is no id`(text: String) {
        #expect(ObjectID(hex: text) == nil)
    }

    @Test func `ids are ordered as their hex is`() throws {
        var random = Seeded(state: 1)
        let ids = (0..<200).compactMap { _ in
            ObjectID(hex: (0..<40).map { _ in String(Int.random(in: 0..<16, using: &random), radix: 16) }.joined())
        }
        #expect(ids.count == 200)
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    }
}
