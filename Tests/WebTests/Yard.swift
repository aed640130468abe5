import Inventory

/// Hosts in files of their own, for the tests of what operators are told.
struct Yard {
    static let now = Instant(seconds: 1_800_000_000)
    var standing = Standing()

    /// - Parameter hosts: their number; each has one interface, which is off.
    init(hosts: Int) {
        standing.inventory.lastGoodFetch = Self.now
        standing.inventory.tip = CommitID("c1")
        commit(Dictionary(uniqueKeysWithValues: (1...hosts).map { (Self.path($0), Self.file($0)) }))
    }

    static func mac(_ number: Int) -> MACAddress { MACAddress(bits: 0x5254_0000_0000 + UInt64(number)) }
    static func path(_ number: Int) -> String { "inventory/n\(number).yaml" }

    static func file(_ number: Int, isOn: Bool = false, _ diagnostics: [Diagnostic] = [], isBroken: Bool = false)
        -> ParsedFile
    {
        let place = SourceLocation(path: path(number))
        let spec = InterfaceSpec(
            mac: mac(number), isOn: isOn, netbootLocation: place, ipxe: IPXESpec(contents: "#!ipxe"))
        let host = Host(id: Host.ID(name: "n\(number)"), interfaces: [spec], location: place)
        return ParsedFile(
            path: place.path, hosts: isBroken ? [] : [host], diagnostics: diagnostics, isBroken: isBroken)
    }

    mutating func commit(_ files: [String: ParsedFile]) {
        let delta = Delta(files.mapValues { .read($0, content: $0.path) })
        standing.inventory = standing.inventory.advanced(by: delta).inventory
    }

    /// Turned on and armed.
    mutating func arm(_ number: Int) -> Arming.ID {
        commit([Self.path(number): Self.file(number, isOn: true)])
        let host = Host.ID(name: "n\(number)")
        let since = Provenance(
            commit: CommitID("c2"), author: "Ada", committedAt: Self.now,
            location: SourceLocation(path: Self.path(number)))
        let id = Arming.ID("A\(number)")
        standing.ledger[id] = Ledger.Record(
            Arming(
                id: id, host: host, mac: Self.mac(number), provenance: since, sequence: Int64(number),
                seenAt: Self.now, deadline: Instant(seconds: Self.now.seconds + 3600), attempts: Attempts()))
        var state = InterfaceState(isOn: true, host: host, since: since)
        state.arming = id
        standing.inventory.remember(state, of: Self.mac(number))
        return id
    }

    mutating func boot(_ number: Int, _ arming: Arming.ID, kernel: Boot.Kernel) {
        standing.ledger.record(
            Boot(
                token: Token("t\(number)"), hookToken: Token("h\(number)"), arming: arming, mac: Self.mac(number),
                sequence: 100 + Int64(number), startedAt: Self.now, kernel: kernel))
    }
}
