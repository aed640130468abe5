import Git
import Inventory
import Manifest

/// What `bootlatch suspend` and `resume` did.
package struct StopEdit: Sendable {
    /// Nil for everything.
    package var host: Host.ID?
    package var commit: CommitID
    package var did: String
}

extension WriteBack {
    /// Commits, as that person, that nothing netboots for this interface's host, or for any and nothing is written back (nil).
    ///
    /// - Throws: `HandEditError` with what to do instead, `EditRefusal`, `GitError`.
    package func suspend(_ reference: (any InterfaceReference)?, by person: Person, reason: String?) async throws
        -> StopEdit
    {
        guard let reference else { return try await suspendAll(by: person, reason: reason) }
        return try await stop(reference, by: person, "Suspend", reason) { interface, _ in
            if let stop = interface.host.suspend {
                throw HandEditError(description: "\(interface.host.id) is suspended already, \(stop.words)")
            }
            return (.suspend(interface.mac, reason: reason ?? ""), "suspended")
        }
    }

    /// Takes back what `suspend` did.
    ///
    /// - Throws: as `suspend`.
    package func resume(_ reference: (any InterfaceReference)?, by person: Person, reason: String?) async throws
        -> StopEdit
    {
        guard let reference else { return try await resumeAll(by: person, reason: reason) }
        return try await stop(reference, by: person, "Resume", reason) { interface, inventory in
            guard interface.host.suspend == nil else { return (.resume(interface.mac), "resumed") }
            guard let stop = interface.settings.suspend else {
                throw HandEditError(description: "\(interface.host.id) is not suspended; nothing to do")
            }
            throw HandEditError(
                description:
                    "\(interface.host.id) is suspended by a policy, \(stop.words): "
                    + (stop == inventory.stop
                        ? "`bootlatch resume` without a host, or take `suspend` out of that policy"
                        : "take `suspend` out of it, and push"))
        }
    }

    private func stop(
        _ reference: any InterfaceReference, by person: Person, _ subject: String, _ reason: String?,
        plan: (Interface, Inventory) throws -> (Change, String)
    ) async throws -> StopEdit {
        let edit = try await self.edit(reference, by: person, subject, reason, isAboutHost: true) {
            interface, standing in
            let (change, did) = try plan(interface, standing.inventory)
            return ([change], did)
        }
        return StopEdit(host: edit.interface.host.id, commit: edit.commit, did: edit.did)
    }

    // Everything

    private func suspendAll(by person: Person, reason: String?) async throws -> StopEdit {
        let path = stopPath
        let (commit, ()) = try await land { tip, standing in
            if let stop = standing.inventory.stop {
                throw HandEditError(description: "everything is suspended already, \(stop.words)")
            }
            if try await repository.entry(at: path, in: tip) != nil {
                throw HandEditError(description: "\(path) is there and suspends nothing: edit or remove it, and push")
            }
            let policy = stopPolicy(reason: reason ?? "")
            let commit = try await self.commit(
                [(path, Array(policy.utf8))], on: tip, by: person, "Suspend all netbooting", reason,
                ["Bootlatch-Suspended: everything"])
            return (commit, ())
        }
        return StopEdit(commit: commit, did: "suspended everything: nobody netboots, and nothing is written back")
    }

    private func resumeAll(by person: Person, reason: String?) async throws -> StopEdit {
        let (commit, ()) = try await land { tip, standing in
            guard let stop = standing.inventory.stop else {
                let policies = standing.inventory.policyStops.map { "\($0.location)" }
                throw HandEditError(
                    description: "nothing is suspended as a whole; for a host `bootlatch resume HOST`"
                        + (policies.isEmpty
                            ? ""
                            : "; for hosts of a policy take `suspend` out of it (\(policies.joined(separator: ", ")))"))
            }
            let path = stop.location.path
            guard let entry = try await repository.entry(at: path, in: tip),
                try await repository.parsed(entry.id, path: path).isStopPolicy
            else {
                throw HandEditError(
                    description:
                        "\(stop.location) is not the file of `bootlatch suspend`: take `suspend` out of it, and push")
            }
            let commit = try await self.commit(
                [], removing: [path], on: tip, by: person, "Resume netbooting", reason,
                ["Bootlatch-Resumed: everything"])
            return (commit, ())
        }
        return StopEdit(commit: commit, did: "resumed")
    }

    /// In the folder of the policies, else in the last one that is read.
    private var stopPath: String {
        let folders = reconciler.settings.paths.filter { !isYAML($0) }
        let folder = folders.first { $0.split(separator: "/").last == "policies" } ?? folders.last ?? ""
        let parts = folder.split(separator: "/").filter { $0 != "." }
        return (parts + [stopPolicyFile[...]]).joined(separator: "/")
    }
}
