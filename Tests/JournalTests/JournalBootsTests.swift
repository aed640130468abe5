import Inventory
import Journal
import Testing

struct JournalBootsTests {
    let now = Bench.now
    private let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"

    // Attempts

    @Test func `script requests within two minutes and before any kernel byte are one boot`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let first = try await bench.boot(.a, id)
        #expect(try await bench.boot(.a, id, at: now.later(119)) == first)
        let second = try await bench.boot(.a, id, at: now.later(120))
        #expect(second.token != first.token)
        try await bench.journal.kernel(.started, of: second.token, at: now.later(121))
        #expect(try await bench.boot(.a, id, at: now.later(122)).token != second.token)
        #expect(bench.ledger[id].map { bench.ledger.attempts(of: $0).early } == 3)
    }

    @Test func `the attempt is on disk when admit returns`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let boot = try await bench.boot(.a, id, uuid: uuid)
        let restarted = try await bench.reopened()
        #expect(restarted.gate.current.ledger[boot.token] == boot)
        #expect(restarted.gate.current.ledger[id]?.boots == [boot.token])
    }

    @Test func `nobody is let in while the attempt can't be written`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        try await bench.whileRefused {
            await #expect(throws: JournalError.self) { try await bench.boot(.a, id) }
            #expect(!bench.ledger.isWritable)
        }
        #expect(bench.ledger[id]?.boots == [])
        #expect(try await bench.journal.probe())
        #expect(bench.ledger.isWritable)
    }

    @Test func `a kernel's progress never goes back`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let boot = try await bench.boot(.a, id)
        try await bench.journal.kernel(.whole, of: boot.token, at: now)
        try await bench.journal.kernel(.started, of: boot.token, at: now)
        #expect(bench.ledger[boot.token]?.kernel == .whole)
        #expect(try await bench.reopened().gate.current.ledger[boot.token]?.kernel == .whole)
    }

    // Reports

    @Test func `success from any boot of the arming spends it, once`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let first = try await bench.boot(.a, id)
        _ = try await bench.boot(.a, id, at: now.later(200))
        #expect(try await bench.success(first, at: now.later(201)) == .spent([id]))
        #expect(bench.ledger[id]?.ending == .provisioned)
        #expect(try await bench.success(first, at: now.later(202)) == .repeated)
        #expect(bench.ledger[id]?.endedAt == now.later(201))
        #expect(try await bench.journal.owedIntents().map(\.arming.id) == [id])
    }

    @Test func `failure counts from the newest boot only`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let first = try await bench.boot(.a, id)
        let second = try await bench.boot(.a, id, at: now.later(200))
        let early = try await bench.journal.report(.failure, hook: first.hookToken, evidence: "webhook", at: now)
        #expect(early == .noted)
        #expect(bench.ledger[id]?.ending == nil)
        let last = try await bench.journal.report(.failure, hook: second.hookToken, evidence: "webhook", at: now)
        #expect(last == .spent([id]))
        #expect(bench.ledger[id]?.ending == .failed)
    }

    @Test func `progress and unknown tokens spend nothing`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let boot = try await bench.boot(.a, id)
        #expect(
            try await bench.journal.report(.progress, hook: boot.hookToken, evidence: "webhook", at: now) == .noted)
        #expect(
            try await bench.journal.report(.success, hook: Token("0123"), evidence: "webhook", at: now)
                == .unknownToken)
        // The token that opens the kernel is not the one that reports.
        #expect(
            try await bench.journal.report(.success, hook: boot.token, evidence: "webhook", at: now) == .unknownToken)
        #expect(bench.ledger[id]?.ending == nil)
    }

    @Test
    func `a report spends every arming of the host and of interfaces seen with the same UUID, made before the boot`()
        async throws
    {
        let bench = try Bench()
        let other = MACAddress(bits: 3)
        let late = MACAddress(bits: 4)
        let reporting = try await bench.arm(.a, "a")
        let sibling = try await bench.arm(.b, "a")
        let sameBoard = try await bench.arm(other, "by-another-name")
        _ = try await bench.boot(other, sameBoard, uuid: uuid)
        let boot = try await bench.boot(.a, reporting, uuid: uuid.uppercased())
        let after = try await bench.arm(late, "a")
        #expect(try await bench.success(boot) == .spent([reporting, sibling, sameBoard]))
        #expect(bench.ledger[after]?.ending == nil)
    }

    @Test func `a report spends the armings of the host that the machine was when its script was served`() async throws
    {
        let bench = try Bench()
        let armedAsA = try await bench.arm(.a, "a")
        let other = try await bench.arm(.b, "b")
        let interface = InterfaceSpec(mac: .a, isOn: true, netbootLocation: SourceLocation(path: "b.yaml", line: 3))
        let host = Host(
            id: Host.ID(name: "b"), interfaces: [interface], location: SourceLocation(path: "b.yaml", line: 1))
        let file = ParsedFile(path: "b.yaml", hosts: [host])
        let exchanged = Inventory().advanced(by: Delta(["b.yaml": .read(file, content: "1")])).inventory
        bench.gate.update { $0.inventory = exchanged }
        let boot = try await bench.boot(.a, armedAsA)
        bench.gate.update { $0.inventory = Inventory() }
        let reported = try await bench.reopened().journal.report(
            .success, hook: boot.hookToken, evidence: "webhook", at: now)
        #expect(reported == .spent([armedAsA, other]))
    }

    @Test(arguments: [
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009", "",
    ])
    func `a UUID that many boards share joins nothing`(uuid: String) async throws {
        let bench = try Bench()
        let one = try await bench.arm(.a, "a")
        let other = try await bench.arm(.b, "b")
        _ = try await bench.boot(.b, other, uuid: uuid)
        #expect(try await bench.success(try await bench.boot(.a, one, uuid: uuid)) == .spent([one]))
        #expect(bench.ledger[other]?.ending == nil)
    }

    @Test func `a late report tells how an arming that had run out ended, and spends its siblings`() async throws {
        let bench = try Bench()
        let first = try await bench.arm(.a, "a", expireAfter: 60)
        let sibling = try await bench.arm(.b, "a")
        let boot = try await bench.boot(.a, first)
        #expect(try await bench.journal.sweep(at: Now(now.later(60))) == [first])
        #expect(try await bench.success(boot, at: now.later(61)) == .spent([first, sibling]))
        for ledger in [bench.ledger, try await bench.reopened().gate.current.ledger] {
            #expect(ledger[first]?.ending == .provisioned && ledger[sibling]?.ending == .provisioned)
        }
        // The commit about the first is owed since it ran out, and owed once.
        #expect(try await bench.journal.owedIntents().map(\.arming.id) == [first, sibling])
    }

    @Test func `a report is denied in the gate before the disk is asked, and is written when it can be`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let boot = try await bench.boot(.a, id)
        try await bench.whileRefused {
            await #expect(throws: JournalError.self) { try await bench.success(boot) }
            #expect(bench.ledger[id]?.ending == .provisioned)
            // Nor does a second report say that all is well.
            await #expect(throws: JournalError.self) { try await bench.success(boot) }
        }
        #expect(bench.ledger[id]?.ending == .provisioned)
        #expect(try await bench.journal.probe())
        #expect(try await !bench.journal.probe())
        #expect(try await bench.journal.owedIntents().map(\.arming.id) == [id])
        #expect(try await bench.reopened().gate.current.ledger[id]?.ending == .provisioned)
        let kinds = try await bench.journal.events().map(\.event.kind)
        #expect(kinds.suffix(2) == [.report, .spent])
    }

    @Test func `a report that comes while the journal is known to be unwritable is not forgotten`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let boot = try await bench.boot(.a, id)
        try await bench.whileRefused {
            await #expect(throws: JournalError.self) { try await bench.journal.probe() }
            await #expect(throws: JournalError.self) { try await bench.success(boot) }
        }
        try await bench.journal.probe()
        #expect(try await bench.reopened().gate.current.ledger[id]?.ending == .provisioned)
    }

    @Test func `an unknown token from a host's address holds its unspent armings, over a restart too`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        let other = try await bench.arm(.b, "b")
        try await bench.journal.holdMismatched(Host.ID(name: "a"), evidence: "from 10.0.0.9", at: now)
        #expect(bench.ledger[id]?.hold == .mismatched)
        #expect(bench.ledger[other]?.hold == nil)
        #expect(try await bench.reopened().gate.current.ledger[id]?.hold == .mismatched)
    }

    // What the clock ends

    @Test func `an arming expires at its deadline, not before, and not by a clock that jumped`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a", expireAfter: 3600)
        #expect(try await bench.journal.sweep(at: Now(now.later(3599))) == [])
        #expect(try await bench.journal.sweep(at: Now(now.later(3600), trusted: false)) == [])
        #expect(try await bench.journal.sweep(at: Now(now.later(3600))) == [id])
        #expect(bench.ledger[id]?.ending == .expired)
        #expect(try await bench.journal.owedIntents().first?.ending == .expired)
    }

    @Test func `used attempts are recorded at the next refused request, or at the deadline`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a", expireAfter: 3600)
        let boot = try await bench.boot(.a, id)
        try await bench.journal.kernel(.whole, of: boot.token, at: now)
        #expect(try await bench.journal.sweep(at: Now(now.later(10))) == [])
        #expect(bench.ledger[id]?.ending == nil)
        #expect(try await bench.journal.sweep(at: Now(now.later(11)), used: [id]) == [id])
        #expect(bench.ledger[id]?.ending == .exhausted)

        let other = try await bench.arm(.b, "b", expireAfter: 3600)
        try await bench.journal.kernel(.whole, of: try await bench.boot(.b, other).token, at: now)
        #expect(try await bench.journal.sweep(at: Now(now.later(3600))) == [other])
        #expect(bench.ledger[other]?.ending == .exhausted)
    }

    @Test func `a boot that is still open keeps its arming from being exhausted`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a", attempts: Attempts(full: 1, early: 1))
        _ = try await bench.boot(.a, id)
        #expect(try await bench.journal.sweep(at: Now(now.later(119)), used: [id]) == [])
        #expect(try await bench.journal.sweep(at: Now(now.later(120)), used: [id]) == [id])
    }
}
