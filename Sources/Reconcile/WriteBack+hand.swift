import Git
import Inventory
import Journal
import Manifest

/// What `bootlatch arm` and `disarm` did.
package struct HandEdit: Sendable {
    package var host: Host.ID
    package var mac: MACAddress
    /// Nil where it is latched here, and the commit owed.
    package var commit: CommitID?
    /// "turned on", "changed bootlatch.dev/arm", "turned off".
    package var did: String
}

package struct HandEditError: Error, CustomStringConvertible {
    package var description: String
}

extension WriteBack {
    /// Commits, as that person, whatever arms this interface: its permission turned on, or a new `bootlatch.dev/arm` where the tip is on
    /// already, or both where a policy requires the latter.
    ///
    /// - Parameter limit: seconds after which the arming is to end; its policies' `expireAfter` ends it earlier.
    /// - Throws: `HandEditError` with what to do instead, `EditRefusal`, `GitError`.
    package func arm(
        _ reference: any InterfaceReference, by person: Person, reason: String?, limit: Int64? = nil
    ) async throws -> HandEdit {
        if let limit, !Self.limits.contains(limit) {
            throw HandEditError(description: "an arming can be given a minute to a year, not \(durationText(limit))")
        }
        // What ends it earlier is what the commit says, too.
        let trailers = { (interface: Interface) in
            limit.map { ["Bootlatch-For: \(durationText(min($0, interface.settings.expireAfter)))"] } ?? []
        }
        let edit = try await self.edit(reference, by: person, "Enable PXE for", reason, trailers) {
            interface, standing in
            let mac = interface.mac
            try refuse(interface, standing)
            // Seconds alone could repeat the value of an arming a moment ago.
            let annotate = Change.annotate(mac, value: "\(now().wall)-\(UInt16.random(in: .min ... .max))")
            let life = lifetime(limit, interface)
            if interface.spec.isOn {
                return ([annotate], "changed bootlatch.dev/arm\(life)\(others(beside: interface, standing))")
            }
            let arm = Change.arm(mac, restoreWorkflow: try await disarmChangedWorkflow(of: mac, interface))
            return interface.settings.require.armID == true
                ? (
                    [arm, annotate],
                    "turned on, with a new bootlatch.dev/arm\(life)\(others(beside: interface, standing))"
                )
                : ([arm], "turned on\(life)")
        }
        return HandEdit(host: edit.interface.host.id, mac: edit.interface.mac, commit: edit.commit, did: edit.did)
    }

    /// Seconds that `arm` takes as a limit: a minute to a year.
    package static let limits: ClosedRange<Int64> = 60...365 * 86_400

    /// The annotation is the host's: it arms what else of it is on and not armed.
    private func others(beside interface: Interface, _ standing: Standing) -> String {
        let macs = standing.inventory.interfaces(of: interface.host).map(\.mac).filter { mac in
            guard mac != interface.mac, let other = standing.inventory[mac], other.spec.isOn else { return false }
            guard other.state?.hold == nil, let record = other.arming.flatMap({ standing.ledger[$0] }) else {
                return true
            }
            return record.ending != nil || record.hold != nil
        }
        return macs.isEmpty
            ? ""
            : ", which is the host's: \(macs.map(\.description).joined(separator: ", ")), on as well, is armed with it"
    }

    /// Says why an arming by hand would not do.
    private func refuse(_ interface: Interface, _ standing: Standing) throws {
        let host = interface.host.id
        // Whatever else is said of it: a policy that is lifted later must not find it armed.
        guard interface.settings.netboot != .never else {
            throw HandEditError(description: "a policy says `netboot: never` for \(host); change the policy first")
        }
        let decision = decideBoot(Sighting(mac: interface.mac), in: standing, now: now())
        if let stop = interface.stop {
            throw HandEditError(
                description: "\(host) can't be armed: it is suspended \(stop.words); "
                    + "\(interface.wayOut(of: stop, in: standing.inventory)), and try again")
        }
        switch decision {
        case .netboot:
            throw HandEditError(
                description: "\(host) is armed already; nothing to do. For another deadline `bootlatch disarm` it first"
            )
        case .localBoot(.held(.frozen)), .localBoot(.held(.queued)), .localBoot(.waiting):
            let wait = standing.explanation(of: decision, for: interface.mac, now: now())
            throw HandEditError(description: "\(host) is armed already, and waits: \(wait)")
        default: break
        }
        let rules = standing.inventory.signatureRules(for: interface)
        if !rules.isEmpty {
            throw HandEditError(
                description: "a policy lets only commits signed by \(rules.signers) arm \(host); "
                    + "edit \(interface.spec.netbootLocation), sign and push")
        }
    }

    private func lifetime(_ limit: Int64?, _ interface: Interface) -> String {
        guard let limit else { return "" }
        let most = interface.settings.expireAfter
        if limit <= most { return " for \(durationText(limit))" }
        return " for \(durationText(most)): `expireAfter` of its policies is less than \(durationText(limit))"
    }

    /// Commits, as that person, the permission turned off. An unspent arming is spent here first: whatever becomes of the commit, the
    /// machine is refused from now on, and the commit is owed until the repo holds it.
    ///
    /// - Throws: as `arm`, where nothing was armed.
    package func disarm(_ reference: any InterfaceReference, by person: Person, reason: String?) async throws
        -> HandEdit
    {
        let latched = try await latch(reference, by: person, reason)
        defer { if let latched { byHand.remove(latched.id) } }
        do {
            let edit = try await self.edit(reference, by: person, "Disable PXE for", reason) { interface, _ in
                guard interface.spec.isOn else {
                    throw HandEditError(description: "\(interface.host.id) is off already; nothing to do")
                }
                return ([.disarm(interface.mac)], "turned off")
            }
            return HandEdit(host: edit.interface.host.id, mac: edit.interface.mac, commit: edit.commit, did: edit.did)
        } catch {
            guard let latched else { throw error }
            let isOff = gate.current.inventory[latched.mac]?.spec.isOn == false
            let rest =
                isOff
                ? "it is off in the repo already"
                : "the commit \(settings.isOn ? "is owed" : "is yours to make"): \(error)"
            return HandEdit(host: latched.host, mac: latched.mac, did: "refused from now on; \(rest)")
        }
    }

    /// Refuses what is armed, at once: the remote may take a minute to answer, or refuse the commit.
    private func latch(_ reference: any InterfaceReference, by person: Person, _ reason: String?) async throws
        -> Arming?
    {
        let standing = gate.current
        guard let mac = try? reference.mac(in: standing),
            let record = standing.inventory[mac]?.arming.flatMap({ standing.ledger[$0] }), record.ending == nil
        else { return nil }
        byHand.insert(record.arming.id)
        do {
            let why = reason.map { ": \($0)" } ?? ""
            try await journal.disarm(
                record.arming.id, evidence: "by \(person.name) <\(person.email)>\(why)", at: now().wall)
        } catch {
            byHand.remove(record.arming.id)
            throw error.saying(
                "\(record.arming.host) is refused from now on, and there is no need to say it again: it is written down, and the "
                    + "commit owed, once the journal can be written, unless the daemon is restarted before")
        }
        return record.arming
    }

    /// A commit about one interface, which `plan` says as it stands at the tip.
    func edit(
        _ reference: any InterfaceReference, by person: Person, _ subject: String, _ reason: String?,
        _ trailers: (Interface) -> [String] = { _ in [] }, isAboutHost: Bool = false,
        plan: (Interface, Standing) async throws -> ([Change], String)
    ) async throws -> (interface: Interface, commit: CommitID, did: String) {
        let (commit, (interface, did)) = try await land { tip, standing in
            let interface = try editable(try reference.mac(in: standing), in: standing)
            let (changes, did) = try await plan(interface, standing)
            let (host, path) = (interface.host.id, interface.host.location.path)
            let mac = isAboutHost || interface.mac.isUnseen ? [] : ["Bootlatch-MAC: \(interface.mac)"]
            let commit = try await self.commit(
                [(path, try await edited(path, at: tip, changes))], on: tip, by: person, "\(subject) \(host)", reason,
                ["Bootlatch-Host: \("\(host)".oneLine)"] + mac + trailers(interface))
            return (commit, (interface, did))
        }
        return (interface, commit, did)
    }

    func editable(_ mac: MACAddress, in standing: Standing) throws -> Interface {
        guard let interface = standing.inventory[mac] else {
            throw HandEditError(description: "no manifest names \(mac); `bootlatch status` lists the hosts")
        }
        if let suspension = interface.suspension {
            throw HandEditError(
                description: "\(interface.host.location): the manifest is \(suspension.rawValue); repair it first")
        }
        return interface
    }

    /// Pushes a commit that is made on the newest tip; where another push comes first, it is made anew.
    func land<About>(_ make: (ObjectID, Standing) async throws -> (commit: ObjectID, about: About)) async throws
        -> (commit: CommitID, about: About)
    {
        for _ in 0..<20 {
            let report = await reconciler.reconcile()
            if let failure = report.failure {
                throw HandEditError(description: "nothing changed, the repo can't be read: \(failure)")
            }
            guard let tip = report.tip.flatMap({ ObjectID(hex: $0.hex) }) else { continue }
            let (commit, about) = try await make(tip, gate.current)
            switch try await push(commit, to: reconciler.settings.branch, expecting: tip) {
            case .accepted:
                _ = await reconciler.reconcile()
                return (CommitID("\(commit)"), about)
            case .rejected(let reason): throw HandEditError(description: "the remote refuses the commit: \(reason)")
            case .raced: try await Task.sleep(for: .milliseconds(Int.random(in: 20...200)))
            }
        }
        throw HandEditError(description: "other pushes came first twenty times; try again")
    }

    func edited(_ path: String, at tip: ObjectID, _ changes: [Change]) async throws -> [UInt8] {
        guard let entry = try await repository.entry(at: path, in: tip) else {
            throw HandEditError(description: "\(path) is not in the repo any more; reconcile and try again")
        }
        var bytes = try await repository.blob(entry.id, limit: 4 << 20)
        for change in changes { bytes = try editManifest(bytes, path: path, change) }
        return bytes
    }

    /// A commit in that person's name.
    func commit(
        _ edits: [(path: String, bytes: [UInt8])], removing: [String] = [], on tip: ObjectID, by person: Person,
        _ subject: String, _ reason: String?, _ trailers: [String]
    ) async throws -> ObjectID {
        if let trouble = person.trouble { throw HandEditError(description: trouble) }
        let author = Signature(name: person.name, email: person.email, seconds: now().wall.seconds)
        // Our key can vouch for who made the commit, not for who wished it.
        let committer = settings.signer == nil ? author : self.signature
        let reason = reason.map(\.oneLine)
        let title = subject.oneLine
        var lines = [reason.map { "\(title): \($0)" } ?? title, ""] + trailers
        if let reason { lines.append("Bootlatch-Reason: \(reason)") }
        return try await repository.commit(
            parent: tip, edits: edits, removing: removing, author: author, committer: committer,
            message: lines.joined(separator: "\n") + "\n", signer: settings.signer)
    }

    /// Our disarm turned `allowWorkflow` off with `allowPXE`; arming again gives it back.
    private func disarmChangedWorkflow(of mac: MACAddress, _ interface: Interface) async throws -> Bool {
        guard let disarm = try await journal.lastDisarm(of: mac).flatMap({ ObjectID(hex: $0.hex) }),
            let before = try? await repository.commit(disarm).parents.first,
            let entry = try await repository.entry(at: interface.host.location.path, in: before)
        else { return false }
        let file = parseManifest(
            try await repository.blob(entry.id, limit: 4 << 20), path: interface.host.location.path)
        return file.hosts.flatMap(\.interfaces).first { $0.mac == mac }?.allowWorkflow == true
    }
}
