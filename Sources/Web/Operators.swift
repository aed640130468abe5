import HashTreeCollections
import Inventory
import Journal
import Reconcile

/// What operators ask and tell the daemon, apart from HTTP.
package struct Operators: Sendable {
    package var reconciler: Reconciler
    package var writeBack: WriteBack
    package var journal: Journal
    package var gate: Gate
    package var now: @Sendable () -> Now
    /// Wakes the writer.
    package var wakeWriter: @Sendable () -> Void
    /// The last unknown machine that asked from where it is not introduced to the interface with this key.
    package var outOfReach: @Sendable (MACAddress) -> String?
    /// What is wrong in the settings now: folders that are not there.
    package var settingsTroubles: @Sendable () -> [String]
    /// Of the daemon's boot plane.
    package var boot: BootCounts
    package var version: String
    package var startedAt: Instant
    let memo = FindingsMemo(naming: Operators.named)

    package init(
        reconciler: Reconciler, writeBack: WriteBack, journal: Journal, gate: Gate, now: @escaping @Sendable () -> Now,
        wakeWriter: @escaping @Sendable () -> Void = {},
        outOfReach: @escaping @Sendable (MACAddress) -> String? = { _ in nil },
        settingsTroubles: @escaping @Sendable () -> [String] = { [] }, boot: BootCounts = BootCounts(),
        version: String = "", startedAt: Instant? = nil
    ) {
        self.reconciler = reconciler
        self.writeBack = writeBack
        self.journal = journal
        self.gate = gate
        self.now = now
        self.wakeWriter = wakeWriter
        self.outOfReach = outOfReach
        self.settingsTroubles = settingsTroubles
        self.boot = boot
        self.version = version
        self.startedAt = startedAt ?? now().wall
    }

    /// - Throws: `OperatorError`, `JournalError`.
    package func status(of reference: String? = nil) async throws -> StatusReply {
        let standing = gate.current
        let hosts =
            try reference.map { [try HostReference($0).asked(in: standing).host.id] } ?? standing.inventory.listed
        let shown = await shown(by: hosts, in: standing)
        let trouble = await reconciler.trouble
        let inventory = standing.inventory
        let settings = reconciler.settings
        let troubles = settingsTroubles() + (await reconciler.missingPaths())
        var owed: [IntentStatus] = []
        var unreadable: String?
        // Without its journal the daemon refuses everyone, and this is the place that must say so.
        do { owed = try await intents() } catch { unreadable = error.description }
        return StatusReply(
            remote: RemoteStatus(
                url: "\(reconciler.remoteAddress)", branch: settings.branch, tip: inventory.tip?.hex,
                lastGoodFetch: inventory.lastGoodFetch?.description, trouble: trouble?.message,
                troubleSince: trouble?.since.description),
            journal: JournalStatus(
                writable: standing.ledger.isWritable, trouble: unreadable, old: oldState(in: standing)),
            hosts: hosts.compactMap { id in inventory[id].map { status(of: $0.host, shown, in: standing) } },
            intents: owed, diagnostics: troubles + inventory.diagnostics.map(\.description),
            suspended: inventory.stop.map { StopReply($0) })
    }

    /// - Throws: `OperatorError`, `JournalError`.
    package func why(_ reference: String) async throws -> WhyReply {
        let standing = gate.current
        let (host, formerly) = try HostReference(reference).asked(in: standing)
        let intents = (try? await intents()) ?? []
        let macs = MACAddress(reference).map { [$0] } ?? standing.inventory.interfaces(of: host).map(\.mac)
        var interfaces: [WhyInterface] = []
        let deadline = ContinuousClock.now.advanced(by: Self.patience)
        for mac in macs {
            let intent = intents.first { $0.mac == "\(mac)" && ($0.mac != "-" || $0.host == "\(host.id)") }
            interfaces.append(await why(mac, in: standing, intent: intent, host.dialect, until: deadline))
        }
        return WhyReply(host: "\(host.id)", interfaces: interfaces, formerly: formerly)
    }

    /// - Throws: `OperatorError` for a host that is unknown, `JournalError`.
    package func events(of reference: String?, after: Int64, limit: Int) async throws -> [EventReply] {
        let limit = min(max(limit, 1), 10_000)
        do {
            let id = try reference.map { try HostReference($0).host(in: gate.current).id }
            return try await journal.events(of: id, after: after, limit: limit).map { EventReply($0) }
        } catch let error as OperatorError {
            // What was told under a name stays under it.
            guard let reference else { throw error }
            let past = try await journal.events(of: Host.ID(reference), limit: limit)
            if past.isEmpty { throw error }
            return past.filter { $0.sequence > after }.map { EventReply($0) }
        }
    }

    /// - Throws: `OperatorError`, `AcceptError`, `JournalError`.
    package func reconcile(_ request: ReconcileRequest) async throws -> ReconcileReply {
        var report = await reconciler.reconcile()
        for reference in request.accept {
            let accepted = try await reconciler.accept(try HostReference(reference).host(in: gate.current).id)
            report.changed += accepted.changed
        }
        await writeBack.hurry()
        wakeWriter()
        return ReconcileReply(report)
    }

    /// - Throws: `OperatorError`, `HandEditError`, `EditRefusal`, `GitError`.
    package func arm(_ request: EditRequest) async throws -> EditReply {
        let interface = HostReference(request.host).oneInterface
        return await reply(
            to: try await writeBack.arm(
                interface, by: try request.person.checked(), reason: request.reason, limit: try request.checkedLimit))
    }

    /// - Throws: as `arm`.
    package func disarm(_ request: EditRequest) async throws -> EditReply {
        let interface = HostReference(request.host).oneInterface
        return await reply(
            to: try await writeBack.disarm(interface, by: try request.person.checked(), reason: request.reason))
    }

    private func reply(to edit: HandEdit) async -> EditReply {
        let standing = gate.current
        let shown = await shown(by: [edit.host], in: standing)
        let status = status(of: edit.mac, shown[edit.mac], in: standing)
        let arming = status.arming.flatMap { $0.ending == nil ? $0 : nil }
        return EditReply(
            host: "\(edit.host)", mac: "\(edit.mac)", commit: edit.commit?.hex, did: edit.did, reason: status.reason,
            explanation: status.explanation, deadline: arming?.deadline)
    }

    private func status(of host: Host, _ shown: [MACAddress: Shown], in standing: Standing) -> HostStatus {
        let interfaces = standing.inventory.interfaces(of: host)
        return HostStatus(
            host: "\(host.id)", interfaces: interfaces.map { status(of: $0.mac, shown[$0.mac], in: standing) })
    }

    /// What is decided of the machine as it last showed itself.
    func status(of mac: MACAddress, _ shown: Shown?, in standing: Standing) -> InterfaceStatus {
        let decision = decideBoot(Sighting(mac: mac, shown), in: standing, now: now())
        let state = standing.inventory[mac]?.state
        let record = state?.arming.flatMap { standing.ledger[$0] }
        let isInstalling = standing.isInstalling(mac, decision)
        return InterfaceStatus(
            mac: "\(mac)", decision: decision.word, reason: isInstalling ? "installing" : decision.reason,
            explanation: isInstalling
                ? "its kernel was served, and its report is awaited until the deadline; another netboot is refused"
                : standing.explanation(of: decision, for: mac, shown, now: now()),
            since: state.map { ProvenanceReply($0.since) }, arming: record.map { ArmingReply($0, in: standing.ledger) })
    }

    /// Says that the state folder was put back to an earlier state, as long as somebody is held for it.
    private func oldState(in standing: Standing) -> String? {
        let held = standing.inventory.states.filter { mac, state in
            guard state.isOn, standing.inventory.value(of: mac) == true else { return false }
            let record = state.arming.flatMap { standing.ledger[$0] }
            return state.hold == .oldState || (record?.ending == nil && record?.hold == .oldState)
        }
        guard !held.isEmpty else { return nil }
        return
            "the state folder was older than the repo: \(held.count) held, see held:oldState; was it restored, or copied?"
    }

    private func intents() async throws(JournalError) -> [IntentStatus] {
        let stop = gate.current.inventory.stop.map { "suspended \($0.words), until `bootlatch resume`" }
        let owed = try await journal.owedIntents().filter { $0.state != .absent }
        if owed.isEmpty { return [] }
        // Why it is owed still, where nothing is wrong with the edit itself.
        var trouble = await writeBack.trouble.map { "not written back yet: \($0)" }
        if !writeBack.settings.isOn { trouble = "`writeBack` is off: the commit is yours to make" }
        return owed.map { intent in
            IntentStatus(
                host: "\(intent.arming.host)", mac: "\(intent.bind ?? intent.arming.mac)", state: intent.state.rawValue,
                reason: intent.reason, blockedBy: stop ?? intent.blockedBy ?? trouble, since: "\(intent.createdAt)")
        }
    }
}

/// A request that can't be meant so.
package struct RequestError: Error, CustomStringConvertible {
    package var description: String
}

extension Person {
    /// - Throws: `RequestError`.
    func checked() throws -> Person {
        if let trouble { throw RequestError(description: trouble) }
        return self
    }
}

extension EditRequest {
    /// - Throws: `RequestError`.
    fileprivate var checkedLimit: Int64? {
        get throws {
            guard let limit, !WriteBack.limits.contains(limit) else { return limit }
            throw RequestError(
                description:
                    "limit is \(limit) seconds: give \(WriteBack.limits.lowerBound) to \(WriteBack.limits.upperBound), a minute to a year"
            )
        }
    }
}

/// A question about a host that there is not.
package struct OperatorError: Error, CustomStringConvertible {
    package var description: String
}
