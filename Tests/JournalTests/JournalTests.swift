import Foundation
import GRDB
import Inventory
import Journal
import Testing

struct JournalTests {
    let now = Bench.now

    @Test(arguments: ["no database at all, but long enough to be looked at as one", ""])
    func `a damaged journal is told from a full disk`(text: String) async throws {
        let bench = try Bench()
        let file = bench.folder.appending(path: "journal.sqlite")
        let bytes = text.isEmpty ? Data("SQLite format 3\0".utf8) + Data(repeating: 0xFF, count: 4096) : Data(text.utf8)
        try bytes.write(to: file)
        let error = await #expect(throws: JournalError.self) { try await bench.journal.probe() }
        #expect(error?.isDamaged == true)
        #expect(error?.description.contains("bootlatch state import") == true, "\(error?.description ?? "")")
        #expect(!bench.ledger.isWritable)
    }

    @Test func `a journal that can't be opened refuses everyone, and opens by itself when it can be`() async throws {
        let bench = try Bench(exists: false)
        #expect(!bench.ledger.isWritable)
        let error = await #expect(throws: JournalError.self) { try await bench.journal.probe() }
        #expect(error?.description.contains("journal.sqlite can't be used") == true)
        await #expect(throws: JournalError.self) { try await bench.journal.restore() }
        try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
        #expect(try await bench.journal.probe())
        #expect(bench.ledger.isWritable)
    }

    @Test func `nobody else can read its files, also where an earlier version made them readable`() async throws {
        let bench = try Bench()
        let manager = FileManager.default
        func mode(_ name: String) throws -> Int? {
            try manager.attributesOfItem(atPath: bench.folder.appending(path: name).path)[.posixPermissions] as? Int
        }
        _ = try await bench.arm(.a, "a")
        for name in try manager.contentsOfDirectory(atPath: bench.folder.path) { #expect(try mode(name) == 0o600) }
        let path = bench.folder.appending(path: "journal.sqlite").path
        try manager.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        _ = try await bench.reopened().journal.restore()
        #expect(try mode("journal.sqlite") == 0o600)
    }

    @Test func `a restart finds the processed tip, the states, broken files and lost hosts`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        var held = InterfaceState(isOn: true, host: Host.ID(namespace: "lab", name: "b"), since: Bench.provenance())
        held.hold = .firstSight
        held.armAnnotation = "again"
        var observation = Observation()
        observation.states[.b] = held
        var pass = Bench.pass(observation, tip: "2222")
        pass.retained = ["inventory/broken.yaml": "abcd", "inventory/never-good.yaml": nil]
        pass.lost = [LostHost(id: Host.ID(name: "c"), path: "inventory/c.yaml", content: "ef01", macs: [.b])]
        try await bench.journal.record(pass, at: now)
        try await bench.journal.fetched(at: now.later(30))

        let restored = try await bench.reopened().journal.restore()
        #expect(restored.url == "git://lab/inventory.git" && restored.branch == "main")
        #expect(restored.tip == CommitID("2222"))
        #expect(restored.lastGoodFetch == now.later(30))
        let states = Dictionary(uniqueKeysWithValues: restored.states)
        #expect(states[.b] == held)
        #expect(states[.a]?.arming == id)
        #expect(restored.retained == pass.retained)
        #expect(restored.lost == pass.lost)
    }

    @Test func `a pass that can't be written did not happen, but what it turns off is denied`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        var observation = Observation()
        observation.disarmed = [id]
        try await bench.whileRefused {
            await #expect(throws: JournalError.self) {
                try await bench.journal.record(Bench.pass(observation, tip: "3333"), at: now)
            }
        }
        #expect(bench.ledger[id]?.ending == .disarmed)
        #expect(try await bench.journal.restore().tip == CommitID("1111"))
    }

    @Test func `another repo forgets every state and ends what was armed`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        var pass = Bench.pass(tip: "9999")
        pass.url = "git://elsewhere/inventory.git"
        pass.isReset = true
        try await bench.journal.record(pass, at: now)
        #expect(bench.ledger[id]?.ending == .disarmed)
        let restored = try await bench.reopened()
        #expect(restored.gate.current.ledger[id]?.ending == .disarmed)
        #expect(try await restored.journal.restore().states.isEmpty)
        #expect(try await restored.journal.owedIntents().isEmpty)
    }

    @Test func `moves and accepted holds outlive a restart`() async throws {
        let bench = try Bench()
        let moved = try await bench.arm(.a, "a")
        let held = try await bench.arm(.b, "b")
        try await bench.journal.holdMismatched(Host.ID(name: "b"), evidence: "from 10.0.0.9", at: now)
        var observation = Observation()
        observation.moved = [moved: MACAddress(bits: 7)]
        observation.accepted = [held: now.later(500)]
        try await bench.journal.record(Bench.pass(observation), at: now)
        for ledger in [bench.ledger, try await bench.reopened().gate.current.ledger] {
            #expect(ledger[moved]?.arming.mac == MACAddress(bits: 7))
            #expect(ledger[held]?.hold == nil)
            #expect(ledger[held]?.arming.deadline == now.later(500))
        }
    }

    // Intents

    private func spent(_ bench: Bench, _ mac: MACAddress, _ host: String) async throws -> Intent {
        let id = try await bench.arm(mac, host)
        _ = try await bench.success(try await bench.boot(mac, id))
        return try #require(try await bench.journal.owedIntents().last)
    }

    @Test func `an intent is owed until it is done, and says what blocks it`() async throws {
        let bench = try Bench()
        let intent = try await spent(bench, .a, "a")
        #expect(intent.state == .owed && intent.ending == .provisioned && intent.evidence == "webhook")
        try await bench.journal.block(intent, by: "a.yaml:9: an anchor that others use", at: now)
        let blocked = try #require(try await bench.journal.owedIntents().first)
        #expect(blocked.state == .blocked && blocked.blockedBy == "a.yaml:9: an anchor that others use")
        try await bench.journal.block(blocked, by: nil, at: now)
        #expect(try await bench.journal.owedIntents().first?.state == .owed)
        try await bench.journal.done([(intent, CommitID("cafe"))], at: now)
        #expect(try await bench.journal.owedIntents().isEmpty)
        #expect(try await bench.journal.events().last?.event.kind == .committed)
    }

    @Test func `our commits are known before they are pushed, and the last disarm is one that landed`() async throws {
        let bench = try Bench()
        let first = try await spent(bench, .a, "a")
        try await bench.journal.committing([(CommitID("aaaa"), first)], at: now)
        #expect(
            try await bench.journal.ownCommits(among: [CommitID("aaaa"), CommitID("bbbb")]) == [
                CommitID("aaaa"): [first.change]
            ])
        #expect(try await bench.journal.lastDisarm(of: .a) == nil)
        try await bench.journal.done([(first, CommitID("aaaa"))], at: now)
        #expect(try await bench.journal.lastDisarm(of: .a) == CommitID("aaaa"))
        // A crash after the push: the walk that meets the commit says that it landed.
        let second = try await spent(bench, .a, "a")
        try await bench.journal.committing([(CommitID("cccc"), second)], at: now.later(60))
        var pass = Bench.pass()
        pass.landed = [CommitID("cccc")]
        try await bench.journal.record(pass, at: now.later(61))
        #expect(try await bench.journal.lastDisarm(of: .a) == CommitID("cccc"))
        // The last one, whatever the clock said.
        let third = try await spent(bench, .a, "a")
        try await bench.journal.committing([(CommitID("dddd"), third)], at: now.later(-7200))
        try await bench.journal.done([(third, CommitID("dddd"))], at: now.later(-7200))
        #expect(try await bench.journal.lastDisarm(of: .a) == CommitID("dddd"))
    }

    @Test func `dropped disarms are owed again, those that are dropped too often are not written`() async throws {
        let bench = try Bench()
        let first = try await spent(bench, .a, "a")
        try await bench.journal.done([(first, CommitID("aaaa"))], at: now)
        var observation = Observation()
        observation.dropped = [first.arming.id]
        let host = Host.ID(name: "a")
        observation.events = [Event(.dropped, host: host, mac: .a, "dropped", commit: CommitID("f0f0"))]
        try await bench.journal.record(Bench.pass(observation), at: now)
        #expect(try await bench.journal.owedIntents().map(\.state) == [.owed])
        #expect(try await bench.journal.drops(of: host, since: now.later(-3600)) == 1)
        #expect(try await bench.journal.drops(of: host, since: now) == 0)
        // Killed after its push, it still owes what is dropped again.
        observation.stopped = [first.arming.id]
        try await bench.journal.record(Bench.pass(observation), at: now)
        #expect(try await bench.journal.owedIntents().map(\.state) == [.stopped])
    }

    @Test func `armings of a host are counted by the time they were seen`() async throws {
        let bench = try Bench()
        try await bench.arm(.a, "a")
        try await bench.arm(.a, "a", at: now.later(100))
        #expect(try await bench.journal.armings(of: Host.ID(name: "a"), since: now).map(\.seenAt) == [now.later(100)])
        #expect(try await bench.journal.armings(of: Host.ID(name: "b"), since: now.later(-1)).isEmpty)
    }

    // Events

    @Test func `events are kept in order, by host, and followed as they happen`() async throws {
        let bench = try Bench()
        let followed = await bench.journal.follow()
        for number in 1...5 {
            let host = Host.ID(name: number.isMultiple(of: 2) ? "even" : "odd")
            await bench.journal.announce(Event(.alert, host: host, mac: .a, "\(number)"), at: now.later(Int64(number)))
        }
        await bench.journal.endFollowing()
        var heard: [String] = []
        for await event in followed { heard.append(event.event.detail) }
        #expect(heard == ["1", "2", "3", "4", "5"])
        #expect(try await bench.journal.events(limit: 2).map(\.event.detail) == ["4", "5"])
        #expect(try await bench.journal.events(of: Host.ID(name: "odd")).map(\.event.detail) == ["1", "3", "5"])
        let second = try #require(try await bench.journal.events().dropFirst().first)
        #expect(second.at == now.later(2) && second.event.mac == .a)
        #expect(try await bench.journal.events(after: second.sequence).map(\.event.detail) == ["3", "4", "5"])
        // After the end, a follower hears nothing and is not left waiting.
        for await _ in await bench.journal.follow() { Issue.record("followed after the end") }
    }

    @Test func `the newest events are kept, and what rules count, so that the file does not grow for ever`()
        async throws
    {
        let bench = try Bench()
        try await bench.journal.probe()
        let count = Journal.keptEvents + 500
        let database = try DatabaseQueue(path: bench.folder.appending(path: "journal.sqlite").path)
        try await database.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                    INSERT INTO event (at, kind, detail) SELECT 1, iif(n = 7, 'dropped', 'refused'), n FROM number
                    """, arguments: [count])
        }
        try database.close()
        try await bench.journal.probe()
        let events = try await bench.journal.events(limit: count)
        #expect(events.count == Journal.keptEvents + 1)
        #expect(events.first?.event.kind == .dropped && events.last?.event.detail == "\(count)")
        #expect(events.dropFirst().first?.event.detail == "501")
    }
}
