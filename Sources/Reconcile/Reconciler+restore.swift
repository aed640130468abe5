import Git
import Inventory
import Journal

extension Reconciler {
    /// Rebuilds the inventory of the last processed tip: states from the journal, manifests from the mirror. Where the mirror was lost, a
    /// fetch may bring that tip back: nothing is restored before it then.
    ///
    /// - Throws: `JournalError`; without the journal nothing is known of what was spent. `GitError` when the mirror can't be read.
    func restore(afterFetch: Bool) async throws {
        var restored = try await journal.restore()
        var inventory = Inventory()
        inventory.lastGoodFetch = restored.lastGoodFetch
        let isKnown = restored.url == settings.url && restored.branch == settings.branch
        if isKnown, let tip = restored.tip, let id = ObjectID(hex: tip.hex) {
            guard (try? await repository.commit(id)) != nil || afterFetch else { return }
        }
        if isKnown, let tip = restored.tip, let id = ObjectID(hex: tip.hex), (try? await repository.commit(id)) != nil {
            signers = Signers(
                atTip: try await signerSource.files(in: id), restoring: &restored.retained, settings.signers)
            for (path, content) in restored.retained {
                if let content, let id = ObjectID(hex: content) {
                    inventory.restoreGood(try await parsed(id, path: path), content: content)
                }
            }
            let changes = try await repository.changes(from: nil, to: id, under: settings.paths)
            let delta = try await repository.delta(changes, in: id, after: inventory)
            inventory = inventory.advanced(by: delta).inventory
            for (path, content) in restored.retained where content == nil { inventory.restoreUnseen(path) }
            for host in restored.lost {
                guard let id = ObjectID(hex: host.content) else { continue }
                for lost in try await parsed(id, path: host.path).hosts where lost.id == host.id {
                    inventory.restoreLost(lost, macs: host.macs, path: host.path, content: host.content)
                }
            }
            inventory.tip = tip
            // Where they were the policies' own, they are: what the settings read may be something else now.
            if let signatures = restored.signatures {
                inventory.signatures = signatures
                if signatures.loosenedBy == nil { inventory.signatures.rules = nil }
            }
        } else if isKnown, let signatures = restored.signatures {
            inventory.signatures = signatures
        }
        if isKnown { for (mac, state) in restored.states { inventory.remember(state, of: mac) } }
        self.inventory = inventory
        self.restored = restored
        publishInventory()
    }

    /// Restores, or without a journal at least learns from the mirror which hosts there are: known machines keep their leases and
    /// boot their disks, and `status` says why. No arming is known, so nobody is let in.
    ///
    /// - Throws: as `restore`.
    func restoreOrKnowHosts() async throws {
        do {
            try await restore(afterFetch: false)
        } catch let error as JournalError {
            if gate.current.inventory.tip == nil, let hosts = try? await mirroredHosts() {
                gate.update { $0.inventory = hosts }
            }
            throw error
        }
    }

    private func mirroredHosts() async throws -> Inventory? {
        guard let tip = try await repository.tip(of: Remote.trackingRef(settings.branch)) else { return nil }
        let changes = try await repository.changes(from: nil, to: tip, under: settings.paths)
        let delta = try await repository.delta(changes, in: tip, after: Inventory())
        var inventory = Inventory().advanced(by: delta).inventory
        inventory.tip = CommitID("\(tip)")
        return inventory
    }

    func publishInventory() {
        let inventory = inventory
        gate.update { $0.inventory = inventory }
    }
}
