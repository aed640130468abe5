import Testing

@testable import Inventory

struct InterfaceIdentityTests {
    private let plan = Decision.netboot(.script("#!ipxe"))
    private static let uuid = "b0071a7c-0102-0304-8000-525400123401"

    private static func world(
        _ require: RequirePolicy, labels: [String: String] = ["serial": "CZ204 50K", "uuid": uuid]
    ) -> World {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)], labels: labels)), .firstSight)
        world.commit(.policy { $0.require = require })
        world.commit(Delta(host("a", [interface(.a, true)], labels: labels)))
        return world
    }

    private func decision(_ world: World, uuid: String? = nil, serial: String? = nil, script: Bool) -> Decision {
        decideBoot(
            Sighting(mac: .a, uuid: uuid, serial: serial, isComplete: script), in: world.standing, now: Now(now))
    }

    /// What the machine shows, and whether a packet of the firmware and a script request with it are let in.
    @Test(arguments: [
        ("CZ204 50K", true, true), (" cz204  50k ", true, true), (nil, true, false), ("", true, false),
        ("CZ20450K", false, false), ("0", false, false),
    ])
    func `a required serial`(serial: String?, packet: Bool, script: Bool) {
        let world = Self.world(RequirePolicy(serial: true))
        #expect(decision(world, serial: serial, script: false) == (packet ? plan : .localBoot(.held(.wrongSerial))))
        #expect(decision(world, serial: serial, script: true) == (script ? plan : .localBoot(.held(.wrongSerial))))
    }

    @Test(arguments: [
        (uuid, true, true), (uuid.uppercased(), true, true), (nil, true, false),
        // The same in the other byte order.
        ("7c1a07b0-0201-0403-8000-525400123401", true, true), ("b0071a7c-0102-0304-8000-525400123402", false, false),
        ("00000000-0000-0000-0000-000000000000", false, false), ("7c1a07b0", false, false),
    ])
    func `a required UUID`(uuid: String?, packet: Bool, script: Bool) {
        let world = Self.world(RequirePolicy(uuid: true))
        #expect(decision(world, uuid: uuid, script: false) == (packet ? plan : .localBoot(.held(.wrongUUID))))
        #expect(decision(world, uuid: uuid, script: true) == (script ? plan : .localBoot(.held(.wrongUUID))))
    }

    @Test func `a manifest that names none refuses whatever is shown, a placeholder of the vendor is none`() {
        let zeros = "00000000-0000-0000-0000-000000000000"
        for labels in [[:], ["serial": " ", "uuid": zeros]] {
            let bySerial = Self.world(RequirePolicy(serial: true), labels: labels)
            #expect(decision(bySerial, serial: " ", script: false) == .localBoot(.held(.wrongSerial)))
            let byUUID = Self.world(RequirePolicy(uuid: true), labels: labels)
            #expect(decision(byUUID, uuid: zeros, script: true) == .localBoot(.held(.wrongUUID)))
        }
    }

    @Test func `nothing is compared where no policy requires it`() {
        let world = Self.world(RequirePolicy(serial: false))
        #expect(decision(world, uuid: "x", serial: "x", script: true) == plan)
    }

    @Test func `our own label goes before another's`() {
        let world = Self.world(
            RequirePolicy(serial: true), labels: ["serial": "old", "bootlatch.dev/serial": "new"])
        #expect(decision(world, serial: "new", script: true) == plan)
    }

    @Test func `a permit for a script is given to a machine that shows it all`() throws {
        var world = Self.world(RequirePolicy(serial: true))
        let boot = try world.boot(.a)
        let gate = Gate(world.standing)
        func isGranted(_ serial: String?) -> Bool {
            switch gate.permitScript(Sighting(mac: .a, serial: serial), boot: boot, now: Now(now)) {
            case .granted: true
            case .refused: false
            }
        }
        #expect(isGranted("CZ204 50K") && !isGranted(nil) && !isGranted("other"))
    }

    @Test(arguments: [RequirePolicy(serial: true), RequirePolicy(uuid: true)])
    func `a commit that lifts the requirement and arms is held`(require: RequirePolicy) {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)])), .firstSight)
        world.commit(.policy { $0.require = require })
        world.commit(Delta(host("a", [interface(.a, true)])).and(.policy { _ in }))
        #expect(world.refusal(.a) == .held(.loosened))
    }
}
