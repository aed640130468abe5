import Testing

@testable import Inventory

struct ShownTests {
    private static let uuid = "b0071a7c-0102-0304-8000-525400123401"
    /// The same in the other byte order, and another one.
    private static let swapped = "7c1a07b0-0201-0403-8000-525400123401"
    private static let other = "b0071a7c-0102-0304-8000-525400123402"

    private static func script(_ uuid: String?, _ serial: String?) -> Sighting {
        Sighting(mac: .a, uuid: uuid, serial: serial, isComplete: true)
    }

    private static func packet(_ uuid: String?) -> Sighting { Sighting(mac: .a, uuid: uuid) }

    @Test(
        arguments: [
            // A script request shows all there is.
            (script(uuid, "CZ2"), Shown(uuid: uuid, serial: "CZ2", isComplete: true, since: now)),
            (script(nil, " "), Shown(isComplete: true, since: now)),
            // A packet shows less.
            (packet(uuid), Shown(uuid: uuid, isComplete: false, since: now)), (packet(nil), nil),
        ] as [(Sighting, Shown?)])
    func `what a sighting shows`(sighting: Sighting, expected: Shown?) {
        #expect(Shown(sighting, after: nil, at: now) == expected)
    }

    @Test func `what is shown again is known since the first time, and another machine's is forgotten`() throws {
        let first = try #require(Shown(Self.script(Self.uuid, "CZ2"), after: nil, at: now))
        for same in [Self.script(Self.uuid, "CZ2"), Self.packet(Self.uuid), Self.packet(Self.swapped)] {
            #expect(Shown(same, after: first, at: now.later(60)) == first)
        }
        #expect(Shown(Self.packet(nil), after: first, at: now.later(60)) == nil)
        let board = Shown(Self.packet(Self.other), after: first, at: now.later(60))
        #expect(board == Shown(uuid: Self.other, isComplete: false, since: now.later(60)))
        let none = Shown(Self.script(nil, nil), after: first, at: now.later(60))
        #expect(none == Shown(isComplete: true, since: now.later(60)))
    }

    @Test func `a text that never ends is cut`() {
        let shown = Shown(Self.script(nil, String(repeating: "x", count: 10_000)), after: nil, at: now)
        #expect(shown?.serial?.count == 256)
    }

    private static func world(_ require: RequirePolicy, labels: [String: String] = ["serial": "CZ1", "uuid": uuid])
        -> World
    {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)], labels: labels)), .firstSight)
        world.commit(.policy { $0.require = require })
        world.commit(Delta(host("a", [interface(.a, true)], labels: labels)))
        return world
    }

    @Test(arguments: [
        (RequirePolicy(serial: true), "CZ2", "the serial CZ2, and the manifest names CZ1", "`serial`"),
        (RequirePolicy(serial: true), nil, "no serial, and the manifest names CZ1", "`serial`"),
        (RequirePolicy(uuid: true), "CZ1", "the UUID \(other), and the manifest names \(uuid)", "`uuid`"),
    ])
    func `a refusal for what was shown says that, and what the manifest says`(
        require: RequirePolicy, serial: String?, text: String, label: String
    ) throws {
        let world = Self.world(require)
        let sighting = Self.script(Self.other, serial)
        let shown = try #require(Shown(sighting, after: nil, at: now))
        let decision = decideBoot(Sighting(mac: .a, shown), in: world.standing, now: Now(now))
        guard case .localBoot(.held(let hold)) = decision else {
            Issue.record("\(decision)")
            return
        }
        let why = world.standing.explanation(of: decision, for: .a, shown, now: Now(now))
        #expect(why.contains("its machine last showed \(text)") && why.contains("correct the label \(label)"), "\(why)")
        let host = try #require(world.standing.inventory[.a]?.host)
        #expect(host.contradiction(hold, by: sighting) == "it shows \(text)")
        #expect(host.contradiction(.frozen, by: sighting) == nil)
    }

    @Test func `where the manifest names none, that is what is wrong`() throws {
        let world = Self.world(RequirePolicy(serial: true), labels: [:])
        let text = world.standing.explanation(of: world.decision(.a), for: .a, now: Now(now))
        #expect(text.contains("the manifest names no serial"))
    }

    @Test func `what a machine says is printed without what is no text`() {
        #expect("CZ\u{1B}[31m\u{0}2é".printable == "CZ[31m2")
    }
}
