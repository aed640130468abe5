import Testing

@testable import Inventory

struct InventoryAdvanceTests {
    @Test func `what stands in a thousand places is told of ten of them`() throws {
        let mac = try #require(MACAddress("52:54:00:12:34:01"))
        let hosts = (1...1000).map { line -> Host in
            let place = SourceLocation(path: "a.yaml", line: line, column: 5)
            return Host(
                id: Host.ID(name: "a"), interfaces: [InterfaceSpec(mac: mac, isOn: false, netbootLocation: place)],
                location: SourceLocation(path: "a.yaml", line: line))
        }
        let file = ParsedFile(path: "a.yaml", hosts: hosts)
        let inventory = Inventory().advanced(by: Delta(["a.yaml": .read(file, content: "1")])).inventory
        let messages = inventory.diagnostics.map(\.message)
        #expect(messages.count == 20)
        #expect(messages.allSatisfy { $0.contains(" and 990 more places; ") && $0.utf8.count < 400 })
    }

    private func three() -> Inventory {
        Inventory().advanced(
            by: Delta(
                host("a", [interface(.a, true)]), host("b", [interface(.b, false)]), host("c", [interface(.c, false)]))
        ).inventory
    }

    @Test func `a commit touches the MACs that its files named before and name now`() {
        let (next, touched) = three().advanced(by: Delta(host("a", [interface(MACAddress(bits: 9), true)])))
        #expect(touched == [.a, MACAddress(bits: 9)])
        #expect(next[.a] == nil && next[MACAddress(bits: 9)]?.host.id == Host.ID(name: "a"))
    }

    @Test func `a revision lasts as long as the diagnostics`() throws {
        var inventory = three()
        let first = inventory.revision
        inventory.lastGoodFetch = now
        let since = Provenance(
            commit: CommitID("c1"), author: "Ada", committedAt: now, location: SourceLocation(path: "x"))
        inventory.remember(InterfaceState(isOn: true, host: Host.ID(name: "a"), since: since), of: .a)
        #expect(inventory.revision === first)
        let broken = inventory.advanced(by: .broken("a")).inventory
        #expect(broken.revision !== first && inventory.revision === first)

        let emptied = inventory.advanced(by: .removed("a", "b")).inventory
        #expect(emptied.lost.count == 2 && emptied.revision !== first)
        var forgotten = emptied
        forgotten.forgetLost(Host.ID(name: "a"))
        #expect(forgotten.revision !== emptied.revision)
        var loosened = inventory
        loosened.signatures.loosenedBy = "c2"
        #expect(loosened.revision !== first)
    }

    @Test func `a file that no longer parses keeps its hosts and takes their permission`() {
        let broken = three().advanced(by: .broken("a")).inventory
        #expect(broken[.a]?.suspension == .broken && broken.value(of: .a) == nil)
        #expect(broken[.a]?.spec.isOn == true)
        let repaired = broken.advanced(by: Delta(host("a", [interface(.a, false)]))).inventory
        #expect(repaired[.a]?.suspension == nil && repaired.value(of: .a) == false)
    }

    @Test func `two manifests that claim a MAC suspend it, until one of them goes`() {
        let double = three().advanced(by: Delta(host("d", [interface(.a, true)]))).inventory
        #expect(double[.a]?.suspension == .duplicate && double.value(of: .a) == nil)
        let single = double.advanced(by: .removed("d")).inventory
        #expect(single[.a]?.suspension == nil && single.value(of: .a) == true)
        #expect(single[.a]?.host.id == Host.ID(name: "a"))
    }

    @Test func `two manifests of one host suspend it`() {
        let twin = host("a", [interface(MACAddress(bits: 9), true)])
        let double = three().advanced(
            by: Delta(["other.yaml": .read(ParsedFile(path: "other.yaml", hosts: [twin]), content: "t")])
        ).inventory
        #expect(double[.a]?.suspension == .duplicate && double[MACAddress(bits: 9)]?.suspension == .duplicate)
        // Without the one, the other has a value again.
        let (single, touched) = double.advanced(by: .removed("a"))
        #expect(single.value(of: MACAddress(bits: 9)) == true && touched.contains(MACAddress(bits: 9)))
    }

    @Test func `a commit that loses more than half of the hosts takes their permissions and keeps their leases`() {
        let one = three().advanced(by: .removed("a")).inventory
        #expect(one[.a] == nil && one.hostCount == 2)
        var lost = three().advanced(by: .removed("a", "b")).inventory
        #expect(lost[.a]?.suspension == .lost && lost[.b]?.suspension == .lost && lost[.c]?.suspension == nil)
        #expect(lost.hostCount == 1 && lost.value(of: .a) == nil)
        let back = lost.advanced(by: Delta(host("a", [interface(.a, true)]))).inventory
        #expect(back[.a]?.suspension == nil && back.lost == [Host.ID(name: "b")])
        lost.forgetLost(Host.ID(name: "a"))
        #expect(lost[.a] == nil && lost[.b]?.suspension == .lost)
    }

    @Test func `a restart finds of a lost host what was still its`() throws {
        let lost = three().advanced(by: .removed("a", "b")).inventory
        let renamed = lost.advanced(by: Delta(host("d", [interface(.a, true)]))).inventory
        let gone = renamed.advanced(by: .removed("d")).inventory
        #expect(gone[.a] == nil && gone.lostMACs(of: Host.ID(name: "a")).isEmpty)
        #expect(gone.lostMACs(of: Host.ID(name: "b")) == [.b])
        var restored = Inventory().advanced(by: Delta(host("c", [interface(.c, true)]))).inventory
        for (name, mac) in [("a", MACAddress.a), ("b", .b)] {
            restored.restoreLost(
                host(name, [interface(mac, true)]), macs: gone.lostMACs(of: Host.ID(name: name)),
                path: "inventory/\(name).yaml", content: name)
        }
        #expect(restored[.a] == nil && restored[.b]?.suspension == .lost)
    }

    @Test func `a restart judges a lost host by the policies, as before`() {
        let files = Delta.policy { $0.armedAtOnce = 1 }.and(Delta(host("c", [interface(.c, true)])))
        var restored = Inventory().advanced(by: files).inventory
        restored.restoreLost(
            host("a", [interface(.a, true)]), macs: [.a], path: "inventory/a.yaml", content: "a")
        #expect(restored[.a]?.suspension == .lost)
        #expect(restored[.a]?.settings == restored[.c]?.settings && restored[.a]?.settings.armedAtOnce?.limit == 1)
    }

    @Test func `of a host that stood in two files that go with most others, the same one is kept every time`() {
        let twin = ParsedFile(path: "inventory/z.yaml", hosts: [host("a", [interface(MACAddress(bits: 9), true)])])
        for _ in 0..<8 {
            var removed = Delta.removed("a", "b")
            removed.files["inventory/z.yaml"] = .removed
            let twins = three().advanced(by: Delta(["inventory/z.yaml": .read(twin, content: "z")])).inventory
            let lost = twins.advanced(by: removed).inventory
            #expect(lost[.a]?.suspension == .lost && lost[MACAddress(bits: 9)] == nil)
        }
    }

    @Test func `hosts that only move are not lost`() {
        var delta = Delta.removed("a", "b", "c")
        for (name, mac) in [("a", MACAddress.a), ("b", .b), ("c", .c)] {
            let path = "moved/\(name).yaml"
            delta.files[path] = .read(
                ParsedFile(path: path, hosts: [host(name, [interface(mac, true)])]), content: name)
        }
        let moved = three().advanced(by: delta).inventory
        #expect(moved.lost.isEmpty && moved[.a]?.suspension == nil && moved.hostCount == 3)
    }

    @Test func `an address finds the hosts whose it is or was, also one that is gone`() throws {
        var spec = interface(.a, true)
        spec.dhcp.address = IPv4Address("10.0.0.14")
        let inventory = Inventory().advanced(by: Delta(host("a", [spec]))).inventory
        var standing = Standing(inventory: inventory)
        let address = try #require(IPv4Address("10.0.0.14"))
        #expect(hosts(at: address, in: standing) == [Host.ID(name: "a")])
        #expect(hosts(at: .any, in: standing).isEmpty)
        let arming = Arming(
            id: Arming.ID("A1"), host: Host.ID(name: "gone"), mac: .b,
            provenance: Provenance(
                commit: CommitID("c1"), author: "Ada", committedAt: now, location: spec.netbootLocation),
            sequence: 1, seenAt: now, deadline: now.later(60), attempts: Attempts())
        standing.ledger[arming.id] = Ledger.Record(arming)
        standing.ledger.record(
            Boot(
                token: Token("t"), hookToken: Token("h"), arming: arming.id, mac: .b, sequence: 2, startedAt: now,
                address: address))
        #expect(hosts(at: address, in: standing) == [Host.ID(name: "a"), Host.ID(name: "gone")])
    }

    @Test
    func
        `a MAC that two hosts claim belongs to both, whichever came first; an absent one to the host that it was armed by`()
    {
        for names in [["a", "b"], ["b", "a"]] {
            var inventory = Inventory()
            for name in names {
                inventory = inventory.advanced(by: Delta(host(name, [interface(.a, true)]))).inventory
            }
            let hosts = inventory.hosts(of: .a, armedAs: Host.ID(name: "before"))
            #expect(hosts == [Host.ID(name: "a"), Host.ID(name: "b")])
        }
        #expect(Inventory().hosts(of: .a, armedAs: Host.ID(name: "before")) == [Host.ID(name: "before")])
    }

    @Test func `a policy file that broke keeps its rules and holds its hosts; one that never was good holds all`() {
        let location = SourceLocation(path: "policies/lab.yaml")
        let policy = BootPolicy(
            name: "lab", location: location, selector: .init(names: ["a"]), expireAfter: 3600)
        let good = three().advanced(
            by: Delta([location.path: .read(ParsedFile(path: location.path, policies: [policy]), content: "p")])
        ).inventory
        #expect(good[.a]?.settings.expireAfter == 3600 && good[.a]?.settings.isPolicyBroken == false)
        let broken = Delta([
            location.path: .read(ParsedFile(path: location.path, isBroken: true, mentionsPolicy: true), content: "q")
        ])
        let held = good.advanced(by: broken).inventory
        #expect(held[.a]?.settings.expireAfter == 3600 && held[.a]?.settings.isPolicyBroken == true)
        #expect(held[.b]?.settings.isPolicyBroken == false)
        #expect(three().advanced(by: broken).inventory[.b]?.settings.isPolicyBroken == true)
    }
}
