import HashTreeCollections
import Testing

@testable import Inventory

struct StandingQueueTests {
    private let plan = Decision.netboot(.script("#!ipxe"))

    /// Those of n1 to n6, in another order than their paths.
    private static let macs = [5, 2, 6, 4, 1, 3].map { MACAddress(bits: UInt64($0)) }

    /// Hosts n1 to n6, and what they may at once.
    private static func world(limit: Int) -> World {
        var world = World()
        world.commit(all { _ in false }, .firstSight)
        world.commit(.policy { $0.armedAtOnce = limit })
        return world
    }

    private static func all(_ isOn: (Int) -> Bool) -> Delta {
        macs.enumerated().reduce(Delta()) { delta, item in
            let name = "n\(item.offset + 1)"
            var spec = interface(item.element, isOn(item.offset))
            spec.netbootLocation = SourceLocation(path: "inventory/\(name).yaml", line: 3)
            return delta.and(Delta(host(name, [spec])))
        }
    }

    private func letIn(_ world: World) -> [Int] { (1...6).filter { world.decision(Self.macs[$0 - 1]) == plan } }

    @Test func `the newest are held: by commit, then by path`() {
        var world = Self.world(limit: 3)
        world.commit(Self.all { $0 >= 4 })
        world.commit(Self.all { _ in true })
        #expect(letIn(world) == [1, 5, 6])
        #expect((2...4).allSatisfy { world.refusal(Self.macs[$0 - 1]) == .held(.queued) })
        #expect(
            world.standing.explanation(of: world.decision(Self.macs[1]), for: Self.macs[1], now: Now(now))
                == "`limits.armedAtOnce` is 3, and older armings go first: n1, n5, n6; it ends when one of them is spent"
        )
    }

    @Test func `of one commit they come in the order of paths, and within a file of lines`() {
        var world = World()
        func hosts(_ isOn: Bool) -> Delta {
            let places = [(MACAddress.a, "b.yaml", 1), (.b, "a.yaml", 9), (.c, "a.yaml", 2)]
            let hosts = places.map { mac, path, line in
                var spec = interface(mac, isOn)
                spec.netbootLocation = SourceLocation(path: path, line: line)
                return host("h\(line)", [spec])
            }
            return hosts.reduce(Delta()) { $0.and(Delta($1)) }
        }
        world.commit(hosts(false), .firstSight)
        world.commit(.policy { $0.armedAtOnce = 1 })
        world.commit(hosts(true))
        for mac in [MACAddress.c, .b, .a] {
            #expect([MACAddress.a, .b, .c].filter { world.decision($0) == plan } == [mac])
            world.end(mac, .provisioned)
        }
    }

    @Test(arguments: Ending.allCases)
    func `when an older arming is spent, the next is let in`(ending: Ending) {
        var world = Self.world(limit: 2)
        world.commit(Self.all { _ in true })
        #expect(letIn(world) == [1, 2])
        world.end(Self.macs[1], ending)
        #expect(letIn(world) == [1, 3])
        world.end(Self.macs[3], ending)
        #expect(letIn(world) == [1, 3])
        world.end(Self.macs[0], ending)
        #expect(letIn(world) == [3, 5])
    }

    @Test func `a host that nobody has seen yet takes no turn`() throws {
        var world = Self.world(limit: 1)
        let key = try #require(MACAddress(unseenBy: ["serial": "CZ2041"]))
        world.commit(Delta(host("van", [interface(key, true)], labels: ["serial": "CZ2041"])))
        world.commit(Self.all { $0 < 2 })
        #expect(letIn(world) == [1])
        #expect(world.refusal(key) == .waiting)
        world.commit(Delta(host("van", [interface(.a, true)], labels: ["serial": "CZ2041"])), isOwn: true)
        #expect(world.decision(.a) == plan)
        #expect(letIn(world) == [])
    }

    @Test func `turning an older one off makes room, and turning it on again brings it to the end`() {
        var world = Self.world(limit: 2)
        world.commit(Self.all { _ in true })
        world.commit(Self.all { $0 != 0 })
        #expect(letIn(world) == [2, 3])
        world.commit(Self.all { _ in true })
        #expect(letIn(world) == [2, 3])
        for index in 1...4 { world.end(Self.macs[index], .provisioned) }
        #expect(letIn(world) == [1, 6])
    }

    @Test func `a boot that was let in goes on, whatever the limit becomes`() throws {
        var world = Self.world(limit: 2)
        world.commit(Self.all { $0 < 2 })
        let boot = try world.boot(Self.macs[1])
        world.commit(.policy { $0.armedAtOnce = 1 })
        #expect(letIn(world) == [1] && world.goesOn(boot) == plan)
        world.commit(.policy { _ in })
        #expect(letIn(world) == [1, 2])
    }

    @Test func `cards of one host are one host`() {
        var world = World()
        func hosts(_ isOn: Bool) -> Delta {
            Delta(host("a", [interface(.a, isOn), interface(.b, isOn)]), host("c", [interface(.c, isOn)]))
        }
        world.commit(hosts(false), .firstSight)
        world.commit(.policy { $0.armedAtOnce = 1 })
        world.commit(hosts(true))
        #expect(world.decision(.a) == plan && world.decision(.b) == plan)
        #expect(world.refusal(.c) == .held(.queued))
        world.end(.a, .provisioned)
        #expect(world.refusal(.c) == .held(.queued))
        world.end(.b, .provisioned)
        #expect(world.decision(.c) == plan)
    }

    @Test func `hosts count with those that have the limit from the same policy`() {
        var world = Self.world(limit: 2)
        world.commit(
            .policy(named: "few") {
                $0.selector.names = ["n1", "n2", "n3"]
                $0.armedAtOnce = 1
            })
        world.commit(Self.all { _ in true })
        #expect(letIn(world) == [1, 4, 5])
    }

    @Test func `a host that is gone takes no place`() {
        var world = Self.world(limit: 1)
        world.commit(Self.all { $0 < 2 })
        #expect(letIn(world) == [1])
        world.commit(.removed("n1"))
        #expect(letIn(world) == [2])
    }

    @Test func `the ledger's queue is its unspent armings, oldest first, whatever happens to them`() {
        var ledger = Ledger()
        var random = SystemRandomNumberGenerator()
        var records: [Ledger.Record] = []
        for sequence in (1...40).shuffled(using: &random) {
            let arming = Arming(
                id: Arming.ID("A\(sequence)"), host: Host.ID(name: "a"), mac: .a,
                provenance: Provenance(
                    commit: CommitID("c"), author: "Ada", committedAt: now, location: SourceLocation(path: "x")),
                sequence: Int64(sequence), seenAt: now, deadline: now, attempts: Attempts())
            records.append(Ledger.Record(arming))
            ledger[arming.id] = records.last
        }
        for record in records.prefix(30) {
            switch record.arming.sequence % 4 {
            case 0: ledger[record.arming.id]?.ending = .failed
            case 1: ledger.forget(record.arming.id)
            case 2: ledger[record.arming.id]?.arming.mac = .b
            default: ledger[record.arming.id]?.hold = .mismatched
            }
        }
        let expected = ledger.records.values.filter { $0.ending == nil }.sorted {
            $0.arming.sequence < $1.arming.sequence
        }
        #expect(ledger.unspent == expected)
        #expect(ledger.queue.map(\.mac) == expected.map(\.arming.mac))
    }
}
