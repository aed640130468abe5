import Git
import Glibc
import HashTreeCollections
import Inventory
import Journal
import Logging
import Oracle
import Reconcile
import Synchronization

/// The daemon's own parts, put together as the daemon does, without its sockets, on the sequence's clock.
package final class ProductSubject: Subject {
    private struct Parts {
        let gate: Gate
        let journal: Journal
        let reconciler: Reconciler
        let writeBack: WriteBack
        let now: @Sendable () -> Now
    }

    private let place: SubjectPlace
    private var remote: String
    private var branch: String
    private var parts: Parts

    package init(_ place: SubjectPlace) throws {
        self.place = place
        remote = place.remote
        branch = place.branch
        parts = try Self.start(place, place.remote, branch: place.branch)
    }

    private static func start(_ place: SubjectPlace, _ url: String, branch: String) throws -> Parts {
        let reading = Reading()
        let clock = place.clock
        let log = Logger(label: "sequence") { _ in SwiftLogNoOpLogHandler() }
        let now: @Sendable () -> Now = {
            reading.watch.withLock { $0.read(wall: Instant(seconds: clock.wall), monotonic: clock.monotonic) }
        }
        let gate = Gate()
        let journal = Journal(path: place.state + "/journal.sqlite", gate: gate, log: log)
        let repository = try Repository(bareAt: place.state + "/mirror.git", create: true)
        let remote = Remote(try RemoteAddress(url))
        let reconciler = Reconciler(
            settings: .init(url: url, branch: branch), repository: repository, remote: remote,
            journal: journal, gate: gate, now: now, log: log)
        let writeBack = WriteBack(
            settings: .init(), reconciler: reconciler, repository: repository, remote: remote, journal: journal,
            gate: gate, now: now, log: log)
        return Parts(gate: gate, journal: journal, reconciler: reconciler, writeBack: writeBack, now: now)
    }

    package func poll() async { _ = await parts.reconciler.reconcile() }

    private func mac(_ text: String) throws -> MACAddress {
        guard let mac = MACAddress(text) else { throw NotAMAC(text: text) }
        return mac
    }

    private func ask(_ sighting: Sighting) -> Decision {
        decideBoot(sighting, in: parts.gate.current, now: parts.now())
    }

    package func decision(_ mac: String) async throws -> String {
        let mac = try self.mac(mac)
        return ask(Sighting(mac: mac, try await parts.journal.shown(by: [mac])[mac])).reason
    }

    package func script(_ mac: String, shows shown: Oracle.Identity, address: String) async throws -> ScriptAnswer {
        let sighting = Sighting(
            mac: try self.mac(mac), uuid: shown.uuid, serial: shown.serial, address: IPv4Address(address),
            isComplete: true)
        if parts.gate.current.inventory[sighting.mac] != nil {
            try await parts.journal.saw(sighting)
            try await parts.journal.showed(sighting, at: parts.now().wall)
        }
        var decision = ask(sighting)
        if case .netboot = decision, isFirstScript(sighting) {
            await poll()
            decision = ask(sighting)
        }
        guard case .netboot(let plan) = decision, let arming = parts.gate.current.inventory[sighting.mac]?.arming else {
            if let arming = parts.gate.current.inventory[sighting.mac]?.arming,
                [.localBoot(.spent(.exhausted)), .localBoot(.spent(.expired))].contains(decision)
            {
                _ = try await parts.journal.sweep(at: parts.now(), used: [arming])
            }
            return .refused(decision.reason)
        }
        let boot = try await parts.journal.admit(sighting, arming, at: parts.now())
        switch parts.gate.permitScript(sighting, boot: boot, now: parts.now()) {
        case .refused(let decision): return .refused(decision.reason)
        case .granted: break
        }
        if case .chain = plan { try await parts.journal.kernel(.unseen, of: boot.token, at: parts.now().wall) }
        return .served(token: boot.token.text, hookToken: boot.hookToken.text)
    }

    private func isFirstScript(_ sighting: Sighting) -> Bool {
        let standing = parts.gate.current
        guard let arming = standing.inventory[sighting.mac]?.arming, let record = standing.ledger[arming] else {
            return false
        }
        return record.ending == nil && record.boots.isEmpty
    }

    package func kernel(_ token: String, whole: Bool) async throws {
        try await parts.journal.kernel(whole ? .whole : .started, of: Token(token), at: parts.now().wall)
    }

    package func bytes(_ token: String) -> String {
        continueBoot(Token(token), .bootable, in: parts.gate.current, now: parts.now()).reason
    }

    package func answers(_ token: String) -> String? {
        continueBoot(Token(token), .answers, in: parts.gate.current, now: parts.now()).reason
    }

    package func report(_ hookToken: String, success: Bool, address: String) async throws {
        let outcome = try await parts.journal.report(
            success ? .success : .failure, hook: Token(hookToken), evidence: "webhook", at: parts.now().wall)
        if outcome == .unknownToken { try await unknownReport(address: address) }
    }

    package func unknownReport(address: String) async throws {
        guard let address = IPv4Address(address) else { return }
        for host in hosts(at: address, in: parts.gate.current) {
            try await parts.journal.holdMismatched(host, evidence: "webhook", at: parts.now().wall)
        }
    }

    package func sweep() async throws { _ = try await parts.journal.sweep(at: parts.now()) }

    package func flush() async throws {
        do { _ = try await parts.writeBack.flush() } catch is WriteBackError {}
    }

    package func accept(_ host: String) async throws {
        let words = host.split(separator: "/").map(String.init)
        do {
            _ = try await parts.reconciler.accept(.init(namespace: words[0], name: words[1]))
        } catch is AcceptError {}
    }

    package func suspend(_ host: String?, _ isSuspended: Bool) async throws -> Bool {
        var mac: MACAddress?
        if let words = host?.split(separator: "/").map(String.init) {
            let entry = parts.gate.current.inventory[Host.ID(namespace: words[0], name: words[1])]
            guard let card = entry?.host.interfaces.first?.mac else { return false }
            mac = card
        }
        let ada = Person(name: "Ada", email: "Ada@lab")
        do {
            _ =
                isSuspended
                ? try await parts.writeBack.suspend(mac, by: ada, reason: "by hand")
                : try await parts.writeBack.resume(mac, by: ada, reason: "by hand")
            return true
        } catch is HandEditError {
            return false
        }
    }

    package func restart(keepJournal: Bool) async throws {
        if !keepJournal {
            for ending in ["", "-wal", "-shm"] {
                unlink(place.state + "/journal.sqlite" + ending)
            }
        }
        parts = try Self.start(place, remote, branch: branch)
    }

    package func follow(remote: String, branch: String) async throws {
        (self.remote, self.branch) = (remote, branch)
        try await restart(keepJournal: true)
    }

    package func stop() {}
}

private struct NotAMAC: Error { let text: String }

/// A mutex that a closure can share.
private final class Reading: Sendable {
    let watch = Mutex(ClockWatch())
}

extension Decision {
    /// The reason in one word, or two with a colon.
    fileprivate var reason: String {
        switch self {
        case .netboot: "netboot"
        case .ignore: "unknown"
        case .localBoot(.off): "off"
        case .localBoot(.spent(let ending)): "spent:\(ending.rawValue)"
        case .localBoot(.held(let hold)): "held:\(hold.rawValue)"
        case .localBoot(.suspended(let suspension)): "suspended:\(suspension.rawValue)"
        case .localBoot(.never): "never"
        case .localBoot(.noPlan): "noPlan"
        case .localBoot(.journal): "journal"
        case .localBoot(.superseded): "superseded"
        case .introduce, .localBoot(.waiting): "waiting"
        }
    }
}
