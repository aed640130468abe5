import Inventory
import Testing

@testable import Journal

struct JournalCountsTests {
    private let now = Bench.now

    @Test func `what is owed is counted by state, and those that wait for a person are named`() async throws {
        let bench = try Bench()
        #expect(try await bench.journal.intentCounts(naming: 10) == IntentCounts())
        for (seconds, mac, host) in [(0, MACAddress.a, "a"), (60, .b, "b")] as [(Int64, MACAddress, String)] {
            let id = try await bench.arm(mac, host)
            try await bench.journal.disarm(id, evidence: "by Ada", at: now.later(seconds))
        }
        #expect(try await bench.journal.intentCounts(naming: 10).groups == [.owed: .init(count: 2, oldest: now)])
        let intents = try await bench.journal.owedIntents()
        try await bench.journal.block(intents[0], by: "a tab stands there", at: now)
        try await bench.journal.block(intents[1], by: "dropped again", as: .stopped, at: now)
        let counts = try await bench.journal.intentCounts(naming: 10)
        #expect(
            counts.groups == [.blocked: .init(count: 1, oldest: now), .stopped: .init(count: 1, oldest: now.later(60))])
        #expect(
            counts.stuck == [
                .init(host: Host.ID(name: "a"), state: .blocked), .init(host: Host.ID(name: "b"), state: .stopped),
            ])
        #expect(try await bench.journal.intentCounts(naming: 1).stuck.map(\.host.name) == ["a"])
        try await bench.journal.done([(intents[0], nil)], at: now)
        #expect(
            try await bench.journal.intentCounts(naming: 10).groups.keys.sorted { $0.rawValue < $1.rawValue } == [
                .stopped
            ])
    }

    @Test func `events are counted by kind, and by the word that tells endings, holds and outcomes apart`() async throws
    {
        let bench = try Bench()
        #expect(bench.journal.eventCounts.all.count == EventCount.all.count)
        #expect(bench.journal.eventCounts.all.values.allSatisfy { $0 == 0 })
        let boot = try await bench.boot(.a, try await bench.arm(.a, "a"))
        _ = try await bench.success(boot)
        let intent = try #require(try await bench.journal.owedIntents().first)
        try await bench.journal.done([(intent, CommitID("1234"))], at: now)
        try await bench.journal.holdMismatched(Host.ID(name: "a"), evidence: "from nowhere", at: now)
        let id = try await bench.arm(.b, "b")
        try await bench.journal.holdMismatched(Host.ID(name: "b"), evidence: "from nowhere", at: now)
        try await bench.journal.disarm(id, evidence: "by Ada", at: now)
        await bench.journal.announce(Event(.alert, "\(Event.diskNotReached): three times"), at: now)
        // Whatever a file or a machine is called, it makes no new count.
        await bench.journal.announce(Event(.alert, "inventory/a.yaml: odd"), at: now)
        await bench.journal.announce(Event(.refused, "provisioned: off by script"), at: now)
        let counts = bench.journal.eventCounts.all.filter { $0.value > 0 }
        #expect(
            counts == [
                EventCount(.boot): 1, EventCount(.report, "success"): 1, EventCount(.spent, "provisioned"): 1,
                EventCount(.committed, "provisioned"): 1, EventCount(.held, "mismatched"): 1,
                EventCount(.spent, "disarmed"): 1, EventCount(.alert, Event.diskNotReached): 1, EventCount(.alert): 1,
                EventCount(.refused): 1,
            ])
    }
}
