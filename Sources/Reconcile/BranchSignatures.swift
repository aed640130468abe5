import Git
import Inventory

/// Finds out who signed what a merge brings.
struct BranchSignatures: Sendable {
    let repository: Repository
    /// Folders and files of the repo that are read.
    let paths: [String]
    let signers: SignerSource
    /// The keys in force before the merge.
    let keys: SignerFiles
    /// Nobody signs for Bootlatch.
    let isOwn: @Sendable (Commit) async throws -> Bool

    private static let limit = 10_000
    /// Making a merge anew costs a look at every file of its parents.
    private static let limitOfMerges = 100

    /// What stands after `old` and up to the merge, itself included: a commit without a second parent is taken for the last one of a branch.
    /// Where that can't be read nothing counts as signed: a pass goes on, for it may turn off.
    ///
    /// - Throws: why a commit of ours can't be told.
    func brought(by merge: ObjectID, after old: ObjectID, turningOn interfaces: [Interface]) async throws -> Brought {
        do {
            return try await read(merge, after: old, turningOn: interfaces)
        } catch let error as GitError {
            var brought = Brought()
            for interface in interfaces { brought.refused[interface.mac] = "they can't be read: \(error)" }
            return brought
        }
    }

    private func read(_ merge: ObjectID, after old: ObjectID, turningOn interfaces: [Interface]) async throws -> Brought
    {
        var brought = Brought()
        func refuse(_ reason: String) { for interface in interfaces { brought.refused[interface.mac] = reason } }
        var verified: [ObjectID: Brought.Commit] = [:]
        func note(_ commit: Commit, for interface: Interface) async throws {
            if verified[commit.id] == nil { verified[commit.id] = try await verify(commit) }
            if let commit = verified[commit.id] { brought.commits[interface.mac, default: []].append(commit) }
        }
        let ids = try await repository.commits(reachableFrom: merge, notFrom: old)
        guard ids.count <= Self.limit else {
            refuse("they are more than \(Self.limit) commits")
            return brought
        }
        var merges = 0
        for id in ids {
            let commit = try await repository.commit(id)
            switch commit.parents.count {
            case 0:
                refuse("\(id.short) begins another history")
                return brought
            case 1:
                let claims = try await CommitClaims(of: id, after: commit.parents[0], in: repository, paths)
                for interface in interfaces where claims.mayTurnOn(interface) { try await note(commit, for: interface) }
            default:
                merges += 1
                guard merges <= Self.limitOfMerges else {
                    refuse("they are in more than \(Self.limitOfMerges) merges")
                    return brought
                }
                let byHand = try await repository.filesMergedByHand(in: id, under: paths)
                if id == merge, let file = byHand.first {
                    let others = byHand.count == 1 ? "" : " and \(byHand.count - 1) more"
                    refuse("\(id.short) is no plain merge, it changes \(file)\(others) by itself")
                    return brought
                }
                var claims: [CommitClaims] = []
                for parent in commit.parents where byHand.isEmpty {
                    claims.append(try await CommitClaims(of: id, after: parent, in: repository, paths))
                }
                // What is on in none of its parents came from both, one side's permission and the other's MAC, or by hand.
                for interface in interfaces where claims.allSatisfy({ $0.turnsOn(interface) }) {
                    try await note(commit, for: interface)
                }
            }
        }
        return brought
    }

    private func verify(_ commit: Commit) async throws -> Brought.Commit {
        let id = CommitID("\(commit.id)")
        if try await isOwn(commit) { return Brought.Commit(id, signedBy: [], trouble: "it is Bootlatch's own") }
        return switch await signers.signature(of: commit.id, by: keys) {
        case .by(let names): Brought.Commit(id, signedBy: names)
        case .none(let reason): Brought.Commit(id, signedBy: [], trouble: reason)
        }
    }
}

/// What the files in which a commit differs from a parent say of permissions, in that one and in the commit.
private struct CommitClaims {
    private let before: [Host]
    private let after: [Host]
    /// A file was broken: nobody knows what it says.
    private let isUnknown: Bool

    init(of commit: ObjectID, after parent: ObjectID, in repository: Repository, _ paths: [String]) async throws {
        let changes = try await repository.changes(from: parent, to: commit, under: paths)
        let back = changes.map { TreeChange(path: $0.path, isUTF8: $0.isUTF8, old: $0.new, new: $0.old) }
        let (old, new) = (try await repository.delta(back).parsed, try await repository.delta(changes).parsed)
        isUnknown = old.contains(where: \.isBroken)
        before = old.flatMap(\.hosts)
        after = new.flatMap(\.hosts)
    }

    /// False where the commit can only turn the interface off, or says of its permission what was said before: no manifest that has it on is
    /// new or says a new `bootlatch.dev/arm`, and none goes that would make it a duplicate.
    func mayTurnOn(_ interface: Interface) -> Bool {
        isUnknown || turnsOn(interface)
            || claims(to: interface, in: after).count < claims(to: interface, in: before).count
    }

    /// A manifest has it on that did not, or says a new `bootlatch.dev/arm` of it.
    func turnsOn(_ interface: Interface) -> Bool {
        var known = claims(to: interface, in: before).filter(\.isOn)
        for claim in claims(to: interface, in: after) where claim.isOn {
            guard let index = known.firstIndex(of: claim) else { return true }
            known.remove(at: index)
        }
        return false
    }

    private func claims(to interface: Interface, in hosts: [Host]) -> [Claim] {
        hosts.compactMap { Claim(of: $0, to: interface) }
    }

    /// Of a manifest to an interface's MAC, or to its host's name.
    private struct Claim: Equatable {
        var isOn = false
        var annotation: String?

        init?(of host: Host, to interface: Interface) {
            let specs = host.interfaces.filter { $0.mac == interface.mac }
            guard !specs.isEmpty || host.id == interface.host.id else { return nil }
            isOn = specs.contains { $0.isOn }
            annotation = isOn ? host.armAnnotation : nil
        }
    }
}

extension Delta {
    fileprivate var parsed: [ParsedFile] {
        files.values.compactMap { change in
            if case .read(let file, _) = change { file } else { nil }
        }
    }
}
