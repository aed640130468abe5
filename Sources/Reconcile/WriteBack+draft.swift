import Git
import Inventory
import Journal
import Manifest

extension WriteBack {
    /// Commits made on top of a tip, not pushed yet.
    struct Draft {
        struct Made {
            var id: CommitID
            var intents: [Intent]
        }

        var head: ObjectID
        var commits: [Made] = []

        var intents: [Intent] { commits.flatMap(\.intents) }
    }

    /// The intents that still fit the tip, by host, oldest first, each bind by itself. What no longer fits is done; what can't be
    /// edited is blocked with the reason.
    func owedByHost(at tip: ObjectID) async throws -> [(host: Host.ID, intents: [Intent])] {
        var owed: [(host: Host.ID, intents: [Intent])] = []
        var disarms: [Host.ID: Int] = [:]
        for intent in try await journal.owedIntents()
        where intent.state != .stopped && !byHand.contains(intent.arming.id) {
            // As it is called now: the host may have been renamed, or the card given to another one.
            guard let host = try await host(toEdit: intent, at: tip)?.id else { continue }
            if intent.bind == nil, let index = disarms[host] {
                owed[index].intents.append(intent)
                continue
            }
            if intent.bind == nil { disarms[host] = owed.count }
            owed.append((host, [intent]))
        }
        return owed
    }

    /// Applies these intents to the tree of this tip, one commit for each host.
    func draft(_ owed: [(host: Host.ID, intents: [Intent])], on tip: ObjectID) async throws -> Draft {
        var draft = Draft(head: tip)
        // Few commits are few syncs, and their pack would be one more to look through.
        let maker = try owed.count > 8 ? repository.gathering() : repository
        for (host, intents) in owed { try await add(host, intents, to: &draft, by: maker) }
        if maker !== repository, draft.head != tip { try await maker.store(draft.head, since: tip) }
        return draft
    }

    /// The host whose interface is on at the tip, by this very arming, in a file that can be edited; else nil.
    private func host(toEdit intent: Intent, at tip: ObjectID) async throws -> Host? {
        let (inventory, ledger) = (gate.current.inventory, gate.current.ledger)
        let state = inventory.state(of: intent.arming.mac)
        // A MAC is written for an arming that somebody may still use, into an interface that has none.
        let isBindable = intent.arming.mac.isUnseen && ledger[intent.arming.id]?.ending == nil
        guard state?.isOn == true, state?.arming == intent.arming.id, intent.bind == nil || isBindable else {
            // Ours, when somebody merged it, or when a crash came between push and journal.
            try await journal.done([(intent, try await ownCommit(of: intent, in: tip))], at: now().wall)
            return nil
        }
        // A host that is gone for now still owes its commit when it comes back.
        guard let interface = inventory[intent.arming.mac] else {
            let reason = "no manifest names it any more; the commit is owed again if one does that says on"
            try await journal.block(intent, by: reason, as: .absent, at: now().wall)
            return nil
        }
        if intent.state == .absent { try await journal.block(intent, by: nil, at: now().wall) }
        if interface.suspension == .lost {
            let reason =
                "a commit lost \(interface.host.id) with more than half of the hosts: bring it back, or let it go with "
                + "`bootlatch reconcile --accept \(interface.host.id)`"
            try await journal.block(intent, by: reason, at: now().wall)
            return nil
        }
        if let suspension = interface.suspension {
            let reason =
                "\(interface.host.location): the manifest is \(suspension.rawValue); repair it, the commit follows"
            try await journal.block(intent, by: reason, at: now().wall)
            return nil
        }
        return interface.host
    }

    private func ownCommit(of intent: Intent, in tip: ObjectID) async throws -> CommitID? {
        for commit in try await journal.commits(of: intent.arming.id, isBind: intent.bind != nil) {
            guard let id = ObjectID(hex: commit.hex), (try? await repository.commit(id)) != nil else { continue }
            if id == tip { return commit }
            if try await repository.isAncestor(id, of: tip) { return commit }
        }
        return nil
    }

    private func add(
        _ host: Host.ID, _ intents: [Intent], to draft: inout Draft, by maker: Repository
    ) async throws {
        guard let path = gate.current.inventory[host]?.path else { return }
        guard let entry = try await maker.entry(at: path, in: draft.head) else {
            try await note("\(path) is not in the repo at \(draft.head.short)", about: intents, as: .owed)
            return
        }
        var bytes = try await maker.blob(entry.id, limit: 4 << 20)
        let before = bytes
        var edited: [Intent] = []
        for intent in intents {
            do {
                bytes = try editManifest(bytes, path: path, intent.edit)
                edited.append(intent)
            } catch {
                try await journal.block(intent, by: "\(error)", at: now().wall)
            }
        }
        guard bytes != before else { return }
        do {
            draft.head = try await maker.commit(
                parent: draft.head, edits: [(path, bytes)], author: signature, committer: signature,
                message: message(for: host, edited, journal: try await journal.id()), signer: settings.signer)
        } catch GitError.credentials(let reason) {
            try await note(reason, about: edited, as: .blocked)
            throw GitError.credentials(reason: reason)
        } catch {
            try await note("our commit can't be made: \(error)", about: edited, as: .owed)
            throw error
        }
        draft.commits.append(Draft.Made(id: CommitID("\(draft.head)"), intents: edited))
    }

    /// Bootlatch as the maker of a commit.
    var signature: Signature {
        Signature(name: settings.author, email: settings.email, seconds: now().wall.seconds)
    }

    private func message(for host: Host.ID, _ intents: [Intent], journal: String) -> String {
        let reason = intents.first?.reason ?? ""
        let subject = settings.subject.filled("{host}", with: "\(host)").filled("{reason}", with: reason)
        let bind = intents.lazy.compactMap(\.bind).first
        let title = bind.map { "Bind \(host) to \($0)" } ?? subject
        var lines = [title.oneLine, "", "Bootlatch-Host: \("\(host)".oneLine)"]
        for intent in intents {
            let by = intent.arming.provenance
            let mac = intent.bind ?? intent.arming.mac
            if !mac.isUnseen { lines.append("Bootlatch-MAC: \(mac)") }
            lines.append("Bootlatch-Arming: \(intent.arming.id) armed by \(by.commit.short) (\(by.author.oneLine))")
        }
        lines.append("Bootlatch-Reason: \(reason)")
        for evidence in Set(intents.map(\.evidence)).sorted() {
            lines.append("Bootlatch-Evidence: \(evidence.oneLine)")
        }
        lines.append("Bootlatch-Journal: \(journal)")
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Intent {
    fileprivate var edit: Change { bind.map { .bind(arming.mac, to: $0) } ?? .disarm(arming.mac) }
}

extension String {
    fileprivate func filled(_ name: String, with value: String) -> String {
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: name) {
            result += rest[..<range.lowerBound] + value
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
