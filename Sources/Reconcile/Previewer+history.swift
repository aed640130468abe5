import Git
import Inventory

extension Previewer {
    /// How far back a preview looks for what a daemon's journal would know.
    private static let horizon = 10_000

    /// The last good version of each file that is broken at this commit, back along the first parents.
    func lastGood(of delta: Delta, before commit: ObjectID) async throws -> [(file: ParsedFile, content: String)] {
        var broken: [String: String] = [:]
        for (path, change) in delta.files {
            if case .read(let file, let content) = change, file.isBroken { broken[path] = content }
        }
        var good: [(file: ParsedFile, content: String)] = []
        var next = commit
        for _ in 0..<Self.horizon where !broken.isEmpty {
            // A shallow clone ends here.
            guard let parent = try await repository.commit(next).parents.first,
                let root = try? await repository.commit(parent)
            else { break }
            next = root.id
            for (path, content) in broken {
                guard let entry = try await repository.entry(at: path, in: next), entry.kind != .submodule,
                    entry.kind != .symlink, entry.id.description != content
                else { continue }
                let file = try await repository.parsed(entry.id, path: path)
                broken[path] = file.isBroken ? entry.id.description : nil
                if !file.isBroken { good.append((file, entry.id.description)) }
            }
        }
        return good
    }

    /// Those of the interfaces that a merge turned on from a branch older than Bootlatch's last disarm of them, which is read from that
    /// commit's trailers.
    func stale(_ interfaces: [Interface], merge: Commit, after old: ObjectID, in inventory: Inventory) async throws
        -> Set<MACAddress>
    {
        guard !interfaces.isEmpty else { return [] }
        var stale: Set<MACAddress> = []
        let disarms = try await disarms(of: Set(interfaces.map(\.mac)), before: old)
        for interface in interfaces {
            guard let disarm = disarms[interface.mac] else { continue }
            let search = OriginSearch(
                repository: repository, paths: paths,
                wasOn: inventory.state(of: interface.mac)?.isOn == true)
            guard let origins = try await search.origins(of: interface, at: merge) else {
                stale.insert(interface.mac)
                continue
            }
            for origin in origins where try await !repository.isAncestor(disarm, of: origin) {
                stale.insert(interface.mac)
            }
        }
        return stale
    }

    private func disarms(of macs: Set<MACAddress>, before commit: ObjectID) async throws -> [MACAddress: ObjectID] {
        guard await !repository.isShallow else { return [:] }
        var found: [MACAddress: ObjectID] = [:]
        for id in try await repository.commits(reachableFrom: commit, notFrom: nil).reversed().prefix(Self.horizon) {
            if found.count == macs.count { break }
            let message = try await repository.commit(id).message
            guard message.contains("\nBootlatch-Arming: ") else { continue }
            for line in message.split(separator: "\n") where line.hasPrefix("Bootlatch-MAC: ") {
                guard let mac = MACAddress(line.dropFirst("Bootlatch-MAC: ".count)), macs.contains(mac) else {
                    continue
                }
                if found[mac] == nil { found[mac] = id }
            }
        }
        return found
    }
}
