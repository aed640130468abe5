import Inventory
import Logging
import Synchronization

@testable import Boot

/// One machine in one state, with everything around it.
struct Lab {
    enum Situation: String, CaseIterable {
        case armed, spent, held, off, unknown
    }

    static let mac = MACAddress(bits: 0x5254_0012_3401)
    static let now = Now(Instant(seconds: 1_763_700_000))
    static let arming = Arming.ID("01JD3K0000000000000000TEST")
    static let token = Token("4f2c9d0a4f2c9d0a4f2c9d0a4f2c9d0a")
    static let hookToken = Token("aa11bb22aa11bb22aa11bb22aa11bb22")
    static let urls = BootURLs(address: IPv4Address(bits: 0x0A4D_0001), httpPort: 8080)
    static let reserved = IPv4Address(bits: 0x0A4D_00C7)

    static var dhcp: DHCPSpec {
        var spec = DHCPSpec()
        spec.address = reserved
        spec.netmask = IPv4Address("255.255.255.0")
        spec.gateway = IPv4Address("10.77.0.254")
        spec.hostname = "node-01"
        spec.leaseTime = 86_400
        spec.nameServers = [IPv4Address(bits: 0x0A4D_0035)]
        return spec
    }

    static var boot: Boot {
        Boot(
            token: token, hookToken: hookToken, arming: arming, mac: mac, sequence: 2,
            startedAt: now.wall.advanced(by: .seconds(-5)))
    }

    /// A standing with this one host, let in or refused for one reason. With a `serial` a policy requires that one.
    static func standing(
        _ situation: Situation, mac: MACAddress = Lab.mac, refuse: RefusePolicy = RefusePolicy(),
        dhcp: DHCPSpec = Lab.dhcp,
        ipxe: IPXESpec? = nil, osie: OSIESpec? = OSIESpec(kernel: "vmlinuz", initrd: "initrd", kernelParams: ["quiet"]),
        disableDHCP: Bool = false, hasBoot: Bool = false, everArmed: Bool = true, serial: String? = nil
    ) -> Standing {
        var standing = Standing()
        standing.inventory.lastGoodFetch = now.wall
        guard situation != .unknown else { return standing }
        let location = SourceLocation(path: "inventory/node-01.yaml", line: 3)
        let host = Host(
            id: Host.ID(name: "node-01"), labels: serial.map { ["serial": $0] } ?? [:],
            interfaces: [
                InterfaceSpec(
                    mac: mac, isOn: situation != .off, netbootLocation: location, dhcp: dhcp, ipxe: ipxe, osie: osie,
                    disableDHCP: disableDHCP)
            ], location: location)
        let require = RequirePolicy(serial: serial == nil ? nil : true)
        let policy = BootPolicy(name: "lab", location: location, refuse: refuse, require: require)
        standing.inventory =
            standing.inventory.advanced(
                by: Delta([
                    "inventory/node-01.yaml": .read(
                        ParsedFile(path: "inventory/node-01.yaml", hosts: [host]), content: "1"),
                    "policies/lab.yaml": .read(
                        ParsedFile(path: "policies/lab.yaml", policies: [policy]), content: "2"),
                ])
            ).inventory
        standing.inventory.lastGoodFetch = now.wall
        let provenance = Provenance(
            commit: CommitID("3fa9c1e0"), author: "Ada", committedAt: now.wall, location: location)
        var state = InterfaceState(isOn: situation != .off, host: host.id, since: provenance)
        if everArmed { state.arming = arming }
        if situation == .held { state.hold = .overLimit }
        standing.inventory.remember(state, of: mac)
        guard everArmed else { return standing }
        var record = Ledger.Record(
            Arming(
                id: arming, host: host.id, mac: mac, provenance: provenance, sequence: 1, seenAt: now.wall,
                deadline: now.wall.advanced(by: .seconds(86_400)), attempts: Attempts()))
        if situation == .spent {
            record.ending = .provisioned
            record.endedAt = now.wall
        }
        standing.ledger[arming] = record
        if hasBoot {
            var boot = boot
            boot.mac = mac
            standing.ledger.record(boot)
        }
        return standing
    }

    static func context(_ mode: DHCPMode, _ standing: Standing, mac: MACAddress = Lab.mac, isOurs: Bool = true)
        -> DHCPContext
    {
        let decision = decideBoot(Sighting(mac: mac), in: standing, now: now)
        return DHCPContext(
            mode: mode, urls: urls, interface: standing.inventory[mac], decision: decision, isOurs: isOurs)
    }
}

/// What the boot plane asked of the daemon.
final class Calls: Sendable {
    struct Log {
        var admitted: [Sighting] = []
        var kernels: [String] = []
        var reports: [HookRequest] = []
        /// Names.
        var answers: [String] = []
        var saw: [String] = []
    }

    private let log = Mutex(Log())
    var all: Log { log.withLock { $0 } }

    /// Records everything; `admit` puts the lab's boot into the ledger, as the journal would.
    func actions(
        _ gate: Gate, neighbour: @escaping @Sendable (IPv4Address) -> MACAddress? = { _ in nil },
        response: HookResponse = HookResponse()
    ) -> BootActions {
        BootActions(
            admit: { [self] sighting in
                log.withLock { $0.admitted.append(sighting) }
                gate.update { $0.ledger.record(Lab.boot) }
                return .boot(Lab.boot)
            },
            render: { permit, context in
                "#!ipxe\nkernel \(context.urls.kernel(permit.boot.token)) quiet\nboot\n"
            },
            answer: { [self] permit, name, urls in
                log.withLock { $0.answers.append(name) }
                return name == "user-data" ? "\(name) of \(permit.boot.mac) at \(urls.base)\n" : nil
            },
            kernelProgress: { [self] token, kernel in
                log.withLock { $0.kernels.append(kernel.rawValue) }
                gate.update { standing in
                    guard var boot = standing.ledger[token] else { return }
                    boot.kernel = kernel
                    standing.ledger.record(boot)
                }
            },
            report: { [self] request in
                log.withLock { $0.reports.append(request) }
                return response
            },
            saw: { [self] sighting, decision, route in
                log.withLock { $0.saw.append("\(route.rawValue) \(sighting.mac) \(decision.reason)") }
            },
            now: { Lab.now }, neighbour: neighbour)
    }
}

/// Splitmix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
