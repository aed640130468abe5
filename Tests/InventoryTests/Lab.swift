import Testing

@testable import Inventory

// A small world for tests: hosts a, b, ... with one interface each, in files of their own.

extension MACAddress {
    static let a = MACAddress(bits: 0x5254_0012_3401)
    static let b = MACAddress(bits: 0x5254_0012_3402)
    static let c = MACAddress(bits: 0x5254_0012_3403)
}

let now = Instant(seconds: 1_800_000_000)

extension Instant {
    func later(_ seconds: Int64) -> Instant { Instant(seconds: self.seconds + seconds) }
}

func interface(_ mac: MACAddress, _ isOn: Bool, script: String? = "#!ipxe") -> InterfaceSpec {
    InterfaceSpec(
        mac: mac, isOn: isOn, netbootLocation: SourceLocation(path: "x", line: 3),
        ipxe: script.map { IPXESpec(contents: $0) })
}

func host(
    _ name: String, _ interfaces: [InterfaceSpec], annotation: String? = nil, labels: [String: String] = [:]
) -> Host {
    Host(
        id: Host.ID(name: name), labels: labels, armAnnotation: annotation, interfaces: interfaces,
        location: SourceLocation(path: "inventory/\(name).yaml"))
}

extension Delta {
    /// Each host in a file of its name.
    init(_ hosts: Host...) {
        self.init()
        for host in hosts {
            let path = host.location.path
            files[path] = .read(ParsedFile(path: path, hosts: [host]), content: "content of \(path)")
        }
    }

    static func removed(_ names: String...) -> Delta {
        Delta(Dictionary(uniqueKeysWithValues: names.map { ("inventory/\($0).yaml", FileChange.removed) }))
    }

    /// A policy for every host, in a file of its own.
    static func policy(named name: String = "lab", _ fill: (inout BootPolicy) -> Void) -> Delta {
        let location = SourceLocation(path: "policies/\(name).yaml")
        var policy = BootPolicy(name: name, location: location)
        fill(&policy)
        return Delta([location.path: .read(ParsedFile(path: location.path, policies: [policy]), content: "p")])
    }

    func and(_ other: Delta) -> Delta { Delta(files.merging(other.files) { $1 }) }

    static func broken(_ name: String) -> Delta {
        let path = "inventory/\(name).yaml"
        return Delta([path: .read(ParsedFile(path: path, isBroken: true), content: "broken")])
    }
}

/// Inventory and ledger as the daemon would keep them, step by step.
struct World {
    var standing = Standing()
    var at = now
    private var made: Int64 = 0
    private var commits = 0

    init() { standing.inventory.lastGoodFetch = now }

    /// One commit; returns what it meant.
    @discardableResult
    mutating func commit(
        _ delta: Delta, _ kind: Step.Kind = .commit, isOwn: Bool = false, stale: Set<MACAddress> = [],
        recent: [(commit: CommitID, seenAt: Instant)] = [], committedAt: Instant? = nil,
        signedBy: Set<String> = []
    ) -> Observation {
        commits += 1
        var step = Step(
            kind, commit: CommitID("c\(commits)"), author: "Ada", committedAt: committedAt ?? at, isOwn: isOwn)
        step.stale = stale
        step.signedBy = signedBy
        let (next, touched) = standing.inventory.advanced(by: delta, isFirst: kind == .firstSight)
        var ids = (1...50).map { (id: Arming.ID("A\(made + $0)"), sequence: made + $0) }[...]
        made += 50
        let observation = observe(
            step, from: standing.inventory, to: next, touched: touched,
            Observing(
                now: at, lastGoodPoll: standing.inventory.lastGoodFetch, ledger: standing.ledger,
                recentArmings: { _ in recent }, makeID: { ids.popFirst() }))
        apply(observation, to: next)
        return observation
    }

    mutating func apply(_ observation: Observation, to next: Inventory? = nil) {
        if let next { standing.inventory = next }
        for (mac, state) in observation.states { standing.inventory.remember(state, of: mac) }
        standing.ledger.apply(observation, at: at)
    }

    /// A boot whose script went out.
    @discardableResult
    mutating func boot(_ mac: MACAddress, kernel: Boot.Kernel = .none) throws -> Boot {
        let arming = try #require(standing.inventory[mac]?.arming)
        made += 1
        let boot = Boot(
            token: Token("t\(made)"), hookToken: Token("h\(made)"), arming: arming, mac: mac, sequence: made,
            startedAt: at, kernel: kernel)
        standing.ledger.record(boot)
        return boot
    }

    mutating func end(_ mac: MACAddress, _ ending: Ending) {
        guard let arming = standing.inventory[mac]?.arming else { return }
        standing.ledger[arming]?.ending = ending
        standing.ledger[arming]?.endedAt = at
    }

    mutating func hold(_ mac: MACAddress, _ hold: Hold) throws {
        var state = try #require(standing.inventory.state(of: mac))
        state.hold = hold
        standing.inventory.remember(state, of: mac)
    }

    func decision(_ mac: MACAddress) -> Decision { decideBoot(Sighting(mac: mac), in: standing, now: Now(at)) }

    func refusal(_ mac: MACAddress) -> Refusal? {
        if case .localBoot(let refusal) = decision(mac) { refusal } else { nil }
    }

    func goesOn(_ boot: Boot, _ kind: RouteKind = .bootable) -> Decision {
        continueBoot(boot.token, kind, in: standing, now: Now(at))
    }

    /// Host a, seen off and then turned on.
    static func armed() -> World {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)])), .firstSight)
        world.commit(Delta(host("a", [interface(.a, true)])))
        return world
    }
}
