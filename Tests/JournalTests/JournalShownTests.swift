import Inventory
import Journal
import Testing

struct JournalShownTests {
    let now = Bench.now

    private func script(_ mac: MACAddress, _ serial: String?) -> Sighting {
        Sighting(mac: mac, uuid: "4c4c4544-0042-3510-8052-b2c04f4b3232", serial: serial, isComplete: true)
    }

    @Test func `what a machine showed last is known after a restart, since when it shows it`() async throws {
        let bench = try Bench()
        try await bench.journal.showed(script(.a, "CZ1"), at: now)
        try await bench.journal.showed(script(.a, "CZ2"), at: now.later(10))
        try await bench.journal.showed(script(.a, "CZ2"), at: now.later(20))
        try await bench.journal.showed(script(.b, nil), at: now.later(20))
        let journal = try await bench.reopened().journal
        try await journal.showed(script(.a, "CZ2"), at: now.later(30))
        let shown = try await journal.shown(by: [.a, .b, MACAddress(bits: 1)])
        #expect(shown[.a]?.serial == "CZ2" && shown[.a]?.since == now.later(10))
        #expect(shown[.b]?.serial == nil && shown[.b]?.isComplete == true && shown.count == 2)
        #expect(try await journal.shown(by: []).isEmpty)
    }

    @Test func `a packet that says nothing changes nothing`() async throws {
        let bench = try Bench()
        try await bench.journal.showed(Sighting(mac: .a), at: now)
        #expect(try await bench.journal.shown(by: [.a]).isEmpty)
    }
}
