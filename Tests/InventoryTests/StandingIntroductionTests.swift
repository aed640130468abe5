import Testing

@testable import Inventory

/// Hosts without a MAC, and what a MAC that nobody knows gets because of them.
struct StandingIntroductionTests {
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"
    private static let other = "4c4c4544-0042-3510-8052-b2c04f4b3233"
    private static let serial = "CZ2041"

    private func waiting(
        _ name: String, _ labels: [String: String], isOn: Bool = true, network: Bool = false
    ) throws -> Host {
        var spec = interface(try #require(MACAddress(unseenBy: labels)), isOn)
        if network {
            spec.dhcp.address = IPv4Address("10.1.0.9")
            spec.dhcp.netmask = IPv4Address("255.255.255.0")
        }
        return host(name, [spec], labels: labels)
    }

    /// Host edge, seen off and then turned on.
    private func world(
        _ labels: [String: String], introduce: BootPolicy.Introduce? = nil, network: Bool = false,
        policy: (inout BootPolicy) -> Void = { _ in }
    ) throws -> World {
        var world = World()
        let rules = Delta.policy {
            $0.introduce = introduce
            policy(&$0)
        }
        world.commit(
            Delta(try waiting("edge", labels, isOn: false, network: network), host("a", [interface(.a, false)])).and(
                rules),
            .firstSight)
        world.commit(Delta(try waiting("edge", labels, network: network)))
        return world
    }

    private func dhcp(_ uuid: String? = nil, link: String = "10.1.0.1", mac: MACAddress = .c) -> Sighting {
        Sighting(mac: mac, uuid: uuid, link: IPv4Address(link))
    }

    private func script(
        _ uuid: String? = StandingIntroductionTests.uuid, _ serial: String? = StandingIntroductionTests.serial,
        from address: String = "10.1.0.50", mac: MACAddress = .c
    ) -> Sighting {
        Sighting(mac: mac, uuid: uuid, serial: serial, address: IPv4Address(address), isComplete: true)
    }

    private func decision(_ sighting: Sighting, _ world: World) -> Decision {
        decideBoot(sighting, in: world.standing, now: Now(world.at))
    }

    private func why(_ sighting: Sighting, _ world: World) -> String? {
        switch world.standing.recognise(sighting, now: Now(world.at)) {
        case .nobody: "nobody"
        case .refused(_, let why): why
        case .host: nil
        }
    }

    // Waiting

    @Test func `an armed host without a MAC waits to be seen, and says by what`() throws {
        let world = try world(["uuid": Self.uuid, "serial": Self.serial])
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        #expect(world.decision(key) == .localBoot(.waiting))
        #expect(Refusal.waiting.reason == "waiting")
        let text = world.standing.explanation(of: .localBoot(.waiting), for: key, now: Now(world.at))
        #expect(text.hasPrefix("waiting to be seen, by UUID \(Self.uuid) and serial \(Self.serial)"))
    }

    @Test func `what else is against it shows before it waits`() throws {
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        var world = try world(["uuid": Self.uuid])
        world.end(key, .expired)
        #expect(world.refusal(key) == .spent(.expired))
        world = try self.world(["uuid": Self.uuid]) { $0.netboot = .never }
        #expect(world.refusal(key) == .never)
    }

    @Test func `a new name and another file carry the arming of a host that waits`() throws {
        var world = try world(["uuid": Self.uuid])
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        let arming = world.standing.inventory[key]?.arming
        world.commit(Delta.removed("edge").and(Delta(try waiting("renamed", ["uuid": Self.uuid]))))
        #expect(world.standing.inventory[key]?.host.id == Host.ID(name: "renamed"))
        #expect(world.standing.inventory[key]?.arming == arming)
        #expect(world.decision(key) == .localBoot(.waiting))
    }

    @Test func `a corrected label takes an unspent arming with it, and leaves a spent one behind`() throws {
        let (old, new) = (["uuid": Self.uuid], ["uuid": Self.other])
        let key = try #require(MACAddress(unseenBy: new))
        var world = try world(old)
        world.commit(Delta(try waiting("edge", new)))
        #expect(world.decision(key) == .localBoot(.waiting))
        world = try self.world(old)
        world.end(try #require(MACAddress(unseenBy: old)), .failed)
        world.commit(Delta(try waiting("edge", new)))
        #expect(world.refusal(key) == .held(.ambiguous))
    }

    @Test(arguments: [true, false])
    func `a MAC that is written takes the arming over, by our commit or by hand`(isOwn: Bool) throws {
        var world = try world(["uuid": Self.uuid])
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        let arming = try #require(world.standing.inventory[key]?.arming)
        let observation = world.commit(
            Delta(host("edge", [interface(.c, true)], labels: ["uuid": Self.uuid])), isOwn: isOwn)
        #expect(observation.moved == [arming: .c])
        #expect(observation.armings.isEmpty)
        #expect(world.standing.inventory[.c]?.arming == arming)
        guard case .netboot = world.decision(.c) else {
            Issue.record("\(world.decision(.c))")
            return
        }
        #expect(world.standing.ledger.unseen.isEmpty)
    }

    @Test func `a host that loses its MAC again is held, and arms nothing`() throws {
        var world = try world(["uuid": Self.uuid])
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        world.commit(Delta(host("edge", [interface(.c, true)], labels: ["uuid": Self.uuid])), isOwn: true)
        let observation = world.commit(Delta(try waiting("edge", ["uuid": Self.uuid])))
        #expect(observation.armings.isEmpty)
        #expect(world.refusal(key) == .held(.ambiguous))
        #expect(decision(dhcp(Self.uuid), world) == .ignore(.unknown))
    }

    // DHCP

    @Test func `where nobody waits an unknown MAC gets nothing at all`() {
        let world = World.armed()
        #expect(world.standing.ledger.unseen.isEmpty)
        #expect(decision(dhcp(Self.uuid), world) == .ignore(.unknown))
        #expect(why(script(), world) == "nobody")
    }

    @Test(arguments: [uuid, "44454c4c-4200-1035-8052-b2c04f4b3232"])
    func `the UUID of an armed host gets a loader, from anywhere`(uuid: String) throws {
        let world = try world(["uuid": Self.uuid, "serial": Self.serial], network: true)
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        #expect(decision(dhcp(uuid, link: "192.0.2.1"), world) == .introduce(.uuid(key)))
        #expect(decision(dhcp(Self.other), world) == .ignore(.unknown))
        #expect(decision(dhcp(nil), world) == .ignore(.unknown))
    }

    @Test func `a serial needs introduce, and the network that the machine asks from`() throws {
        var world = try world(["serial": Self.serial], network: true)
        let key = try #require(MACAddress(unseenBy: ["serial": Self.serial]))
        #expect(decision(dhcp(), world) == .ignore(.unknown))
        world = try self.world(["serial": Self.serial], introduce: .loader, network: true)
        #expect(decision(dhcp(), world) == .introduce(.network(key)))
        #expect(decision(dhcp(Self.other), world) == .introduce(.network(key)))
        #expect(decision(dhcp(link: "10.1.1.1"), world) == .ignore(.unknown))
        world = try self.world(["serial": Self.serial], introduce: .loader)
        #expect(decision(dhcp(link: "192.0.2.1"), world) == .introduce(.network(key)))
        #expect(decision(Sighting(mac: .c), world) == .ignore(.unknown))
    }

    @Test func `a machine that asks from another network is out of reach of the hosts that wait in theirs`() throws {
        var world = try world(["serial": Self.serial], introduce: .loader, network: true)
        let key = try #require(MACAddress(unseenBy: ["serial": Self.serial]))
        func keys(_ sighting: Sighting) -> [MACAddress] { world.standing.outOfReach(sighting, now: Now(world.at)) }
        let away = dhcp(Self.other, link: "10.2.0.1")
        #expect(keys(away) == [key] && keys(dhcp(link: "10.1.0.1")) == [] && keys(Sighting(mac: .c)) == [])
        // Nobody is asked for where nothing would come of it.
        world.end(key, .expired)
        #expect(keys(away) == [])
        world = try self.world(["serial": Self.serial, "uuid": Self.uuid], introduce: .loader, network: true)
        #expect(keys(away) == [])
    }

    @Test func `what is no card's address is bound to nobody`() throws {
        let group = try #require(MACAddress("01:00:5e:00:00:01"))
        #expect(why(script(mac: group), try world(["uuid": Self.uuid]))?.contains("no network card's") == true)
    }

    @Test func `a MAC that the inventory has ever known is not introduced`() throws {
        var world = try world(["uuid": Self.uuid], introduce: .loader)
        world.commit(Delta(host("b", [interface(.b, false)])))
        world.commit(.removed("b"))
        #expect(decision(dhcp(Self.uuid, mac: .b), world) == .ignore(.unknown))
        #expect(why(script(mac: .b), world) == "\(MACAddress.b) is known already")
    }

    enum Against: CaseIterable { case off, spent, held, never, frozen, expired, journal, outdated, noPlan }

    @Test(arguments: Against.allCases)
    func `a host that may not netboot introduces nobody, and is bound to nobody`(against: Against) throws {
        let labels = ["uuid": Self.uuid, "serial": Self.serial]
        let key = try #require(MACAddress(unseenBy: labels))
        var world = try world(labels, introduce: .loader) {
            if against == .frozen {
                $0.freeze = [Freeze(.once(from: now, until: now.later(1000)), reason: nil)]
            }
            if against == .never { $0.netboot = .never }
        }
        switch against {
        case .off: world.commit(Delta(try waiting("edge", labels, isOn: false)))
        case .spent: world.end(key, .exhausted)
        case .held: try world.hold(key, .ambiguous)
        case .expired: world.at = now.later(25 * 3600)
        case .journal: world.standing.ledger.isWritable = false
        case .outdated: world.standing.inventory.lastGoodFetch = now.later(-4000)
        case .noPlan: world.commit(Delta(host("edge", [interface(key, true, script: nil)], labels: labels)))
        case .never, .frozen: break
        }
        #expect(decision(dhcp(Self.uuid), world) == .ignore(.unknown))
        #expect(why(script(), world) != nil)
    }

    // Scripts

    @Test func `the one host whose labels the machine shows is recognised`() throws {
        for labels in [["uuid": Self.uuid], ["uuid": Self.uuid, "serial": "cz2041"], ["serial": Self.serial]] {
            let world = try world(labels, introduce: .loader, network: true)
            let key = try #require(MACAddress(unseenBy: labels))
            let arming = try #require(world.standing.inventory[key]?.arming)
            #expect(
                world.standing.recognise(script(), now: Now(world.at))
                    == .host(Host.ID(name: "edge"), key: key, arming: arming))
        }
    }

    @Test(
        arguments: [
            (["uuid": uuid, "serial": serial], uuid, "CZ9", "it shows the serial CZ9, and the manifest names CZ2041"),
            (["uuid": uuid, "serial": serial], uuid, nil, "it shows no serial, and the manifest names CZ2041"),
            (
                ["uuid": uuid, "serial": serial], other, serial,
                "it shows the UUID \(other), and the manifest names \(uuid)"
            ),
            (["uuid": uuid, "serial": serial], nil, serial, "it shows no UUID, and the manifest names \(uuid)"),
            (["uuid": uuid], other, "CZ9", "nobody"), (["uuid": uuid], nil, nil, "nobody"),
            (["serial": serial], uuid, "CZ9", "nobody"), (["serial": serial], nil, "", "nobody"),
        ] as [([String: String], String?, String?, String)])
    func `one label that contradicts is enough`(
        labels: [String: String], uuid: String?, serial: String?, reason: String
    )
        throws
    {
        #expect(why(script(uuid, serial), try world(labels, introduce: .loader)) == reason)
    }

    @Test func `a serial alone is recognised only where it is introduced`() throws {
        #expect(
            why(script(nil), try world(["serial": Self.serial]))
                == "it is known by its serial alone, and no policy says `introduce: loader`")
        let away = script(nil, from: "10.2.0.50")
        #expect(
            why(away, try world(["serial": Self.serial], introduce: .loader, network: true))
                == "it asks from 10.2.0.50, outside of the host's network")
    }

    @Test func `two armed hosts that one machine fits are not bound`() throws {
        var world = try world(["uuid": Self.uuid], introduce: .loader)
        world.commit(Delta(try waiting("fleet", ["serial": Self.serial])))
        #expect(why(script(), world) == "fleet waits for the same UUID or serial, too")
    }

    @Test(arguments: [["serial": "cz2041"], ["uuid": "44454c4c-4200-1035-8052-b2c04f4b3232"]])
    func `a UUID or serial that stands at another host is not bound`(labels: [String: String]) throws {
        var world = try world(["uuid": Self.uuid, "serial": Self.serial])
        world.commit(Delta(host("b", [interface(.b, false)], labels: labels)))
        #expect(why(script(), world) == "its UUID or serial stands in the manifest of b, too")
    }

    @Test func `two hosts that are known by the same UUID are the same machine twice, and neither netboots`() throws {
        var world = try world(["uuid": Self.uuid])
        world.commit(Delta(try waiting("twin", ["uuid": Self.uuid])))
        #expect(world.refusal(try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))) == .suspended(.duplicate))
        #expect(why(script(), world) == "the host may not netboot now: suspended:duplicate")
        #expect(
            world.standing.inventory.diagnostics.contains { $0.message.hasPrefix("the same machine is claimed twice") })
    }

    @Test func `a host that nobody could recognise is a warning`() throws {
        let alone = try world(["serial": Self.serial])
        #expect(alone.standing.inventory.diagnostics.map(\.severity) == [.warning])
        #expect(
            alone.standing.inventory.diagnostics[0].message.hasPrefix(
                "edge has no MAC and is known by its serial alone"))
        #expect(try world(["serial": Self.serial], introduce: .loader).standing.inventory.diagnostics.isEmpty)
        #expect(try world(["uuid": Self.uuid]).standing.inventory.diagnostics.isEmpty)
    }

    @Test func `the most specific policy says who is introduced`() throws {
        var world = try world(["serial": Self.serial], introduce: .loader)
        world.commit(
            .policy(named: "edge") {
                $0.introduce = .nothing
                $0.selector.names = ["edge"]
            })
        #expect(decision(dhcp(), world) == .ignore(.unknown))
    }
}
