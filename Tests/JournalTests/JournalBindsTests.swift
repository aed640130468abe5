import Foundation
import GRDB
import Inventory
import Journal
import Testing

struct JournalBindsTests {
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"
    private static let swapped = "44454c4c-4200-1035-8052-b2c04f4b3232"
    private let now = Bench.now
    private let edge = Host.ID(name: "edge")

    private func key() throws -> MACAddress { try #require(MACAddress(unseenBy: ["serial": "CZ2041"])) }

    private func sighting(_ mac: MACAddress = .b, uuid: String? = uuid, serial: String? = "CZ2041") -> Sighting {
        Sighting(mac: mac, uuid: uuid, serial: serial, isComplete: true)
    }

    private func bind(_ bench: Bench, _ id: Arming.ID, _ sighting: Sighting) async throws -> Journal.Binding {
        try await bench.journal.bind(id, of: edge, to: sighting, evidence: "script", at: now)
    }

    @Test func `what is seen first is owed, on disk, once`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        #expect(try await bind(bench, id, sighting()) == .owed)
        #expect(try await bind(bench, id, sighting()) == .owed)
        let restarted = try await bench.reopened().journal
        let intents = try await restarted.owedIntents()
        #expect(intents.map(\.bind) == [.b])
        #expect(intents.map(\.reason) == ["seen"])
        #expect(intents.map(\.evidence) == ["script"])
        #expect(intents.map(\.arming.mac) == [try key()])
        #expect(try await restarted.events().map(\.event.kind) == [.seen])
        #expect(try await restarted.restore().states.map(\.0) == [try key()])
    }

    @Test func `a second machine is not bound to a host that was seen`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        _ = try await bind(bench, id, sighting())
        #expect(try await bind(bench, id, sighting(.a)) == .refused("it was seen as \(MACAddress.b) first"))
    }

    @Test(arguments: [Intent.State.blocked, .proposed])
    func `a machine does not wait for a commit that somebody has to act for first`(state: Intent.State) async throws {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        _ = try await bind(bench, id, sighting())
        let intent = try #require(try await bench.journal.owedIntents().first)
        try await bench.journal.block(intent, by: "a tab stands there", as: state, at: now)
        #expect(try await bind(bench, id, sighting()) == .refused("a tab stands there"))
    }

    @Test func `a MAC that a host ever had is not bound`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        try await bench.arm(.b, "b")
        #expect(try await bind(bench, id, sighting()) == .refused("\(MACAddress.b) is known already"))
    }

    @Test(
        arguments: [
            (swapped, nil, "the UUID \(uuid) was seen at \(MACAddress.a) before"),
            (nil, " cz2041", "the serial CZ2041 was seen at \(MACAddress.a) before"),
            ("00000000-0000-0000-0000-000000000000", "None", nil),
        ] as [(String?, String?, String?)])
    func `a UUID or serial that another machine ever showed is not bound`(
        uuid: String?, serial: String?, reason: String?
    )
        async throws
    {
        for isBoot in [true, false] {
            let bench = try Bench()
            let known = try await bench.arm(.a, "a")
            let other = Sighting(mac: .a, uuid: uuid, serial: serial, isComplete: true)
            if isBoot {
                _ = try await bench.journal.admit(other, known, at: Now(now))
            } else {
                try await bench.journal.saw(other)
            }
            let id = try await bench.arm(try key(), "edge")
            #expect(try await bind(bench, id, sighting()) == reason.map { Journal.Binding.refused($0) } ?? .owed)
        }
    }

    @Test func `what a machine showed before its board was exchanged is not bound either`() async throws {
        for isAtBoot in [true, false] {
            let bench = try Bench()
            let boards = [
                Sighting(mac: .a, uuid: Self.uuid, serial: "CZ2041", isComplete: true),
                Sighting(mac: .a, uuid: "4c4c4544-0042-3510-8052-b2c04f4b3299", serial: "CZ2042", isComplete: true),
                Sighting(mac: .a, uuid: "4c4c4544-0042-3510-8052-b2c04f4b32aa", serial: "CZ2043", isComplete: true),
            ]
            for board in boards {
                if isAtBoot {
                    try await bench.journal.saw(board)
                } else {
                    try await bench.journal.showed(board, at: now)
                }
            }
            let id = try await bench.arm(try key(), "edge")
            for board in boards {
                let uuid = try #require(board.uuid)
                let serial = try #require(board.serial)
                #expect(
                    try await bind(bench, id, sighting(uuid: uuid, serial: nil))
                        == .refused("the UUID \(uuid) was seen at \(MACAddress.a) before"))
                #expect(
                    try await bind(bench, id, sighting(uuid: nil, serial: serial))
                        == .refused("the serial \(serial) was seen at \(MACAddress.a) before"))
            }
        }
    }

    @Test func `a machine that shows another UUID each time does not fill the disk`() async throws {
        let bench = try Bench()
        for number in 0..<150 {
            let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3" + String(number + 100)
            try await bench.journal.saw(Sighting(mac: .a, uuid: uuid, serial: nil, isComplete: true))
        }
        let queue = try DatabaseQueue(path: bench.folder.appending(path: "journal.sqlite").path)
        #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM named") } == 100)
    }

    @Test(arguments: [["uuid": swapped], ["serial": "cz2041"]])
    func `a UUID or serial that ever stood at a MAC in the inventory is not bound`(labels: [String: String])
        async throws
    {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        let location = SourceLocation(path: "inventory/a.yaml")
        let spec = InterfaceSpec(mac: .a, isOn: false, netbootLocation: location)
        let host = Host(id: Host.ID(name: "a"), labels: labels, interfaces: [spec], location: location)
        let file = ParsedFile(path: location.path, hosts: [host])
        let (inventory, touched) = Inventory().advanced(by: Delta([location.path: .read(file, content: "1")]))
        let step = Step(.commit, commit: CommitID("2222"), author: "Ada", committedAt: now)
        let observing = Observing(
            now: now, lastGoodPoll: nil, ledger: bench.ledger, recentArmings: { _ in [] }, makeID: { nil })
        let observation = observe(step, from: Inventory(), to: inventory, touched: touched, observing)
        for _ in 1...2 { try await bench.journal.record(Bench.pass(observation), at: now) }
        #expect(try await bind(bench, id, sighting()) != .owed)
    }

    @Test func `a machine that was to be another host is not bound`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        _ = try await bind(bench, id, sighting())
        let other = try await bench.arm(try #require(MACAddress(unseenBy: ["uuid": Self.uuid])), "other")
        func bindOther(_ sighting: Sighting) async throws -> Journal.Binding {
            try await bench.journal.bind(other, of: Host.ID(name: "other"), to: sighting, evidence: "script", at: now)
        }
        #expect(try await bindOther(sighting(uuid: nil, serial: nil)) == .refused("\(MACAddress.b) is known already"))
        #expect(
            try await bindOther(sighting(.a, serial: nil))
                == .refused("the UUID \(Self.uuid) was seen at \(MACAddress.b) before"))
    }

    @Test func `a host that is armed anew may still be bound to the machine that it was seen as, and to no other`()
        async throws
    {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        _ = try await bind(bench, id, sighting())
        try await bench.journal.done([(try #require(try await bench.journal.owedIntents().first), nil)], at: now)
        let again = try await bench.arm(try key(), "edge", at: now.later(10))
        #expect(
            try await bind(bench, again, sighting(.a))
                == .refused("the UUID \(Self.uuid) was seen at \(MACAddress.b) before"))
        #expect(try await bind(bench, again, sighting()) == .owed)
    }

    @Test func `while the disk refuses nobody is bound`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        try await bench.whileRefused {
            await #expect(throws: JournalError.self) { _ = try await bind(bench, id, sighting()) }
        }
        #expect(try await bench.journal.owedIntents().isEmpty)
    }

    @Test func `a bind is no disarm of its MAC`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(try key(), "edge")
        _ = try await bind(bench, id, sighting())
        let intent = try #require(try await bench.journal.owedIntents().first)
        let commit = CommitID("2222")
        try await bench.journal.committing([(commit, intent)], at: now)
        try await bench.journal.done([(intent, commit)], at: now)
        #expect(try await bench.journal.lastDisarm(of: .b) == nil)
        #expect(try await bench.journal.lastDisarm(of: try key()) == nil)
        #expect(
            try await bench.journal.ownCommits(among: [commit]) == [commit: [OwnChange(arming: id, isBind: true)]])
        #expect(try await bench.journal.commits(of: id).isEmpty)
        #expect(try await bench.journal.commits(of: id, isBind: true) == [commit])
    }
}
