import Git
import Inventory
import Journal
import Manifest

extension Reconciler {
    /// Those of the MACs that a merge turned on from a branch older than our last disarm of them: nobody can tell such a merge
    /// from one that only brings old values back.
    func stale(_ macs: Set<MACAddress>, merge: Commit, in inventory: Inventory) async throws -> Set<MACAddress> {
        var stale: Set<MACAddress> = []
        for mac in macs {
            guard let disarm = try await journal.lastDisarm(of: mac), let disarmed = ObjectID(hex: disarm.hex),
                let interface = inventory[mac]
            else { continue }
            let known = (try? await repository.commit(disarmed)) != nil
            let search = OriginSearch(
                repository: repository, paths: settings.paths, wasOn: self.inventory.state(of: mac)?.isOn == true)
            let origins = known ? try await search.origins(of: interface, at: merge) : nil
            guard let origins else {
                stale.insert(mac)
                continue
            }
            for origin in origins where try await !repository.isAncestor(disarmed, of: origin) { stale.insert(mac) }
        }
        return stale
    }
}

/// Where an interface's value of now comes from.
struct OriginSearch {
    let repository: Repository
    let paths: [String]
    /// The interface was on before the merge.
    let wasOn: Bool

    /// The commits that turned this interface on: back from the merge through every parent in which it is on, to those without such
    /// a parent. Nil when the history is too long to be sure.
    func origins(of interface: Interface, at merge: Commit) async throws -> Set<ObjectID>? {
        var lookup = ValueLookup(repository: repository, paths: paths, interface: interface)
        var origins: Set<ObjectID> = []
        var seen: Set<ObjectID> = [merge.id]
        var pending = [merge]
        // The annotation counts when it is what the merge brings.
        let annotation = wasOn ? interface.host.armAnnotation : nil
        while let commit = pending.popLast() {
            guard seen.count <= 10_000 else { return nil }
            var isOrigin = true
            for parent in commit.parents where try await lookup.isOn(at: parent, annotation: annotation) {
                isOrigin = false
                if seen.insert(parent).inserted { pending.append(try await repository.commit(parent)) }
            }
            if isOrigin { origins.insert(commit.id) }
        }
        return origins
    }

    /// The value of one MAC at any commit, with the files already read kept.
    private struct ValueLookup {
        let repository: Repository
        let paths: [String]
        let interface: Interface
        var parsed: [ObjectID: ParsedFile] = [:]

        mutating func isOn(at commit: ObjectID, annotation: String?) async throws -> Bool {
            let path = interface.host.location.path
            if let entry = try await repository.entry(at: path, in: commit), entry.kind != .submodule,
                let value = try await value(in: entry.id, path: path, annotation)
            {
                return value
            }
            let files = try await repository.changes(from: nil, to: commit, under: paths)
            for file in files {
                guard file.path.hasSuffix(".yaml") || file.path.hasSuffix(".yml"), let entry = file.new else {
                    continue
                }
                if let value = try await value(in: entry.id, path: file.path, annotation) { return value }
            }
            return false
        }

        /// Nil where the file does not name the MAC.
        private mutating func value(in blob: ObjectID, path: String, _ annotation: String?) async throws -> Bool? {
            let file: ParsedFile
            if let known = parsed[blob] {
                file = known
            } else {
                file = try await repository.parsed(blob, path: path)
                parsed[blob] = file
            }
            for host in file.hosts {
                guard let spec = host.interfaces.first(where: { $0.mac == interface.mac }) else { continue }
                return spec.isOn && (annotation == nil || host.armAnnotation == annotation)
            }
            return nil
        }
    }
}
