import Inventory
import Testing
import Web

struct StandingStateTests {
    @Test func `interfaces are counted by the state that status names, and states without one are zero`() async {
        var yard = Yard(hosts: 8)
        _ = yard.arm(1)
        let installing = yard.arm(2)
        yard.boot(2, installing, kernel: .whole)
        let spent = yard.arm(3)
        yard.standing.ledger[spent]?.ending = .provisioned
        let held = yard.arm(4)
        yard.standing.ledger[held]?.hold = .mismatched
        yard.commit([Yard.path(5): Yard.file(5, isBroken: true)])
        let states = await yard.standing.interfaceStates(now: Now(Yard.now))
        #expect(
            states.filter { $0.value > 0 } == [
                "armed": 1, "installing": 1, "spent:provisioned": 1, "held:mismatched": 1, "suspended:broken": 1,
                "off": 3,
            ])
        #expect(states["waiting"] == 0 && states["never"] == 0 && states["journal"] == 0)
        for hold in Hold.allCases { #expect(states["held:\(hold.rawValue)"] != nil) }
        for ending in Ending.allCases { #expect(states["spent:\(ending.rawValue)"] != nil) }
        for suspension in Suspension.allCases { #expect(states["suspended:\(suspension.rawValue)"] != nil) }
    }

    @Test func `a machine that last showed another serial than its manifest's counts as refused for it`() async {
        var yard = Yard(hosts: 2)
        _ = yard.arm(1)
        _ = yard.arm(2)
        var labelled = Yard.file(1, isOn: true)
        labelled.hosts[0].labels = ["serial": "CZ1"]
        let place = SourceLocation(path: "policies/lab.yaml")
        let policy = BootPolicy(
            name: "lab", location: place, selector: .init(names: ["n1"]), require: RequirePolicy(serial: true))
        yard.commit([
            labelled.path: labelled, place.path: ParsedFile(path: place.path, policies: [policy]),
        ])
        func states(_ serial: String) async -> [String: Int] {
            let shown = Shown(serial: serial, isComplete: true, since: Yard.now)
            let all = [Yard.mac(1): shown, Yard.mac(2): shown]
            return await yard.standing.interfaceStates(all, now: Now(Yard.now)).filter { $0.value > 0 }
        }
        #expect(await states("CZ1") == ["armed": 2])
        #expect(await states("CZ2") == ["armed": 1, "held:wrongSerial": 1])
    }

    @Test func `every interface counts once, also one that two hosts claim, and while nobody may netboot`() async {
        var yard = Yard(hosts: 3)
        var twin = Yard.file(2)
        twin.path = "inventory/twin.yaml"
        twin.hosts[0].id = Host.ID(name: "twin")
        yard.commit([twin.path: twin])
        var states = await yard.standing.interfaceStates(now: Now(Yard.now))
        #expect(states["suspended:duplicate"] == 1 && states["off"] == 2)
        yard.standing.ledger.isWritable = false
        states = await yard.standing.interfaceStates(now: Now(Yard.now))
        #expect(states["journal"] == 3 && states.values.reduce(0, +) == 3)
    }
}
