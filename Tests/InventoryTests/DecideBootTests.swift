import Testing

@testable import Inventory

struct DecideBootTests {
    private let plan = Decision.netboot(.script("#!ipxe"))

    @Test func `what a commit turns on netboots`() {
        #expect(World.armed().decision(.a) == plan)
    }

    @Test func `a MAC that no manifest names is ignored, whatever else is wrong`() {
        var world = World()
        world.standing.ledger.isWritable = false
        #expect(world.decision(.a) == .ignore(.unknown))
    }

    @Test(arguments: Ending.allCases)
    func `a spent arming never netboots again`(ending: Ending) {
        var world = World.armed()
        world.end(.a, ending)
        #expect(world.refusal(.a) == .spent(ending))
        // Nor after any later hour, on any later commit that leaves it on.
        world.at = now.later(1_000_000)
        world.commit(Delta(host("a", [interface(.a, true)], labels: ["rack": "1"])))
        world.standing.inventory.lastGoodFetch = world.at
        #expect(world.refusal(.a) == .spent(ending))
    }

    @Test(arguments: Hold.allCases)
    func `a hold of the interface or of its arming refuses`(hold: Hold) throws {
        var world = World.armed()
        try world.hold(.a, hold)
        #expect(world.refusal(.a) == .held(hold))
        world = World.armed()
        world.standing.ledger[Arming.ID("A51")]?.hold = hold
        #expect(world.refusal(.a) == .held(hold))
    }

    @Test func `a journal that can't be written refuses everyone, before any other reason`() {
        var world = World.armed()
        world.end(.a, .provisioned)
        world.standing.ledger.isWritable = false
        #expect(world.refusal(.a) == .journal)
    }

    @Test func `an arming without a record, or with another MAC, refuses`() {
        var world = World.armed()
        world.standing.ledger.forget(Arming.ID("A51"))
        #expect(world.refusal(.a) == .held(.noRecord))
        world = World.armed()
        world.standing.ledger[Arming.ID("A51")]?.arming.mac = .b
        #expect(world.refusal(.a) == .held(.ambiguous))
    }

    @Test(arguments: [0, 86_399, 86_400] as [Int64])
    func `it is refused from its deadline on`(after: Int64) {
        var world = World.armed()
        world.at = now.later(after)
        world.standing.inventory.lastGoodFetch = world.at
        #expect(world.refusal(.a) == (after < 86_400 ? nil : .spent(.expired)))
    }

    @Test func `one full boot, or three that died early, use it up`() throws {
        var world = World.armed()
        try world.boot(.a, kernel: .whole)
        #expect(world.refusal(.a) == .spent(.exhausted))

        world = World.armed()
        for _ in 0..<2 { try world.boot(.a, kernel: .started) }
        #expect(world.decision(.a) == plan)
        try world.boot(.a)
        // Its script may be asked for again within two minutes.
        #expect(world.decision(.a) == plan)
        world.at = now.later(120)
        #expect(world.refusal(.a) == .spent(.exhausted))
        world.at = now.later(86_400)
        #expect(world.refusal(.a) == .spent(.exhausted))
    }

    @Test func `without a good fetch for an hour new boots are held`() {
        var world = World.armed()
        world.at = now.later(3599)
        #expect(world.decision(.a) == plan)
        world.at = now.later(3600)
        #expect(world.refusal(.a) == .held(.outdated))
        world.standing.inventory.lastGoodFetch = nil
        #expect(world.refusal(.a) == .held(.outdated))
    }

    @Test func `a policy says how long the repo may go unread`() {
        var world = World.armed()
        world.commit(.policy { $0.outdatedAfter = 120 })
        world.at = now.later(119)
        #expect(world.decision(.a) == plan)
        world.at = now.later(120)
        #expect(world.refusal(.a) == .held(.outdated))
        #expect(
            world.standing.explanation(of: world.decision(.a), for: .a, now: Now(world.at))
                == "the repo was not read since \(now), and `outdatedAfter` is 120 s; it ends with the next good fetch")
        world.commit(.policy { $0.outdatedAfter = 7200 })
        world.at = now.later(7199)
        #expect(world.decision(.a) == plan)
    }

    @Test func `nothing to boot refuses, a profile gives it`() {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false, script: nil)])), .firstSight)
        world.commit(Delta(host("a", [interface(.a, true, script: nil)])))
        #expect(world.refusal(.a) == .noPlan)
        let path = "policies/lab.yaml"
        let location = SourceLocation(path: path)
        let file = ParsedFile(
            path: path, policies: [BootPolicy(name: "lab", location: location, profile: "ubuntu")],
            profiles: [
                BootProfile(name: "ubuntu", location: location, source: .kernel("vmlinuz", initrd: [], args: []))
            ])
        world.commit(Delta([path: .read(file, content: "p")]))
        #expect(world.decision(.a) == .netboot(.kernel("vmlinuz", initrd: [], args: [])))
    }

    @Test func `why hears every rule, with each refusal`() {
        var world = World.armed()
        world.standing.ledger.isWritable = false
        world.end(.a, .failed)
        var heard: [BootRule: Refusal?] = [:]
        _ = decideBoot(Sighting(mac: .a), in: world.standing, now: Now(now)) { heard[$0] = $1 }
        #expect(Set(heard.keys) == Set(BootRule.allCases))
        #expect(
            heard[.journal] == .some(.journal) && heard[.unspent] == .some(.spent(.failed)) && heard[.on] == .some(nil))
    }

    // Going on

    @Test(arguments: [Ending.expired, .exhausted])
    func `a deadline, used attempts and our commit about them don't end a boot that runs`(ending: Ending) throws {
        var world = World.armed()
        let boot = try world.boot(.a, kernel: .started)
        world.end(.a, ending)
        #expect(world.goesOn(boot) == plan)
        world.commit(Delta(host("a", [interface(.a, false)])), isOwn: true)
        #expect(world.goesOn(boot) == plan)
        // But not for ever.
        world.at = now.later(86_400 + bytesAfter - 1)
        #expect(world.goesOn(boot) == plan)
        world.at = now.later(86_400 + bytesAfter)
        #expect(world.goesOn(boot) == .localBoot(.spent(ending)))
    }

    @Test(arguments: [Ending.provisioned, .failed])
    func `a report ends bootable bytes at once, answers stay for half an hour`(ending: Ending) throws {
        var world = World.armed()
        let boot = try world.boot(.a)
        world.end(.a, ending)
        #expect(world.goesOn(boot) == .localBoot(.spent(ending)))
        world.at = now.later(answersAfter - 1)
        #expect(world.goesOn(boot, .answers) == plan)
        world.at = now.later(answersAfter)
        #expect(world.goesOn(boot, .answers) == .localBoot(.spent(ending)))
    }

    @Test(arguments: RouteKind.allCases)
    func `a hand disarm, a deletion, a broken file, a hold, a new arming and a lost journal end a boot`(
        kind: RouteKind
    ) throws {
        var armed = World.armed()
        let boot = try armed.boot(.a)
        #expect(armed.goesOn(boot, kind) == plan)
        var world = armed
        world.commit(Delta(host("a", [interface(.a, false)])))
        #expect(world.goesOn(boot, kind) == .localBoot(.spent(.disarmed)))
        world = armed
        world.commit(Delta(host("b", [interface(.b, false)]), host("c", [interface(.c, false)])))
        world.commit(.removed("a"))
        #expect(world.goesOn(boot, kind) == .ignore(.unknown))
        world = armed
        world.commit(.broken("a"))
        #expect(world.goesOn(boot, kind) == .localBoot(.suspended(.broken)))
        world = armed
        world.standing.ledger[boot.arming]?.hold = .mismatched
        #expect(world.goesOn(boot, kind) == .localBoot(.held(.mismatched)))
        world = armed
        world.commit(Delta(host("a", [interface(.a, true)], annotation: "again")))
        #expect(world.goesOn(boot, kind) == .localBoot(.spent(.disarmed)))
        world = armed
        world.standing.ledger.isWritable = false
        #expect(world.goesOn(boot, kind) == .localBoot(.journal))
        #expect(continueBoot(Token("none"), kind, in: armed.standing, now: Now(now)) == .ignore(.unknownToken))
        // The hook's token opens no route that serves bytes.
        #expect(continueBoot(boot.hookToken, kind, in: armed.standing, now: Now(now)) == .ignore(.unknownToken))
    }

    @Test func `a boot of an expired arming ends when a newer arming takes its place`() throws {
        var world = World.armed()
        let boot = try world.boot(.a)
        world.end(.a, .expired)
        world.commit(Delta(host("a", [interface(.a, true)], annotation: "again")))
        #expect(world.goesOn(boot) == .localBoot(.superseded))
        #expect(world.decision(.a) == plan)
    }
}
