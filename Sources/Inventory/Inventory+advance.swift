import HashTreeCollections

/// The files that one commit changed.
package struct Delta: Sendable {
    package enum FileChange: Sendable {
        /// What the file holds now, with the id of its content.
        case read(ParsedFile, content: String)
        case removed
    }

    /// A template as it is now, with the id of its content: empty where nothing stands there.
    package struct TemplateChange: Sendable {
        package var file: TemplateFile
        package var content: String

        package init(_ file: TemplateFile, content: String) {
            self.file = file
            self.content = content
        }
    }

    package var files: [String: FileChange]
    /// The templates that profiles name, where they are others now, or named for the first time.
    package var templates: [String: TemplateChange] = [:]

    package init(_ files: [String: FileChange] = [:]) { self.files = files }
}

extension Inventory {
    /// The templates that profiles may name once this is read: those that they name now, and those of the files that changed.
    package func templatePaths(with delta: Delta) -> Set<String> {
        let read = delta.files.values.flatMap { change -> [BootProfile] in
            if case .read(let file, _) = change { file.profiles } else { [] }
        }
        return templatePaths.union(read.flatMap(\.answers.values).map(\.path))
    }

    /// The id of a template's content, empty where nothing stands there; nil for one that was not read.
    package func content(ofTemplate path: String) -> String? { templates[path]?.content }
}

extension Inventory {
    /// The inventory with these files, and the MACs that any of them named before or names now.
    ///
    /// States are as they were: what a turn-on means is for `observe` to say. `isFirst` marks the first sight of a repo.
    package func advanced(by delta: Delta, isFirst: Bool = false) -> (inventory: Inventory, touched: Set<MACAddress>) {
        var next = self
        var touched: Set<MACAddress> = []
        var gone: [Host.ID: Entry] = [:]
        let changes = delta.files.sorted { $0.key < $1.key }
        let before = changes.compactMap { files[$0.key]?.inForce }
        for id in Set(before.flatMap(\.hosts).map(\.id)) {
            guard let twins = entries[id] else { continue }
            gone[id] = twins.first
            // Also those of its twin in another file, which is a duplicate with this one and none without.
            touched.formUnion(twins.flatMap(\.host.interfaces).map(\.mac))
        }
        next.withdraw(before)
        for (path, change) in changes { next.replace(path, by: change, isFirst: isFirst) }
        let after = changes.compactMap { next.files[$0.key] }
        next.claim(after)
        touched.formUnion(after.flatMap(\.inForce.hosts).flatMap(\.interfaces).map(\.mac))
        next.keepLost(gone.filter { next.entries[$0.key] == nil }, of: hostCount)
        next.templates.merge(delta.templates) { $1 }
        next.updateRules()
        next.revision = Revision()
        return (next, touched)
    }

    /// The last explicit value of a MAC in this commit; nil where it has none: absent, broken, lost or claimed twice.
    package func value(of mac: MACAddress) -> Bool? {
        guard let interface = self[mac], interface.suspension == nil else { return nil }
        return interface.spec.isOn
    }

    /// Takes the lost hosts of this id out for good.
    package mutating func forgetLost(_ id: Host.ID) {
        forgetLost([id])
        revision = Revision()
    }

    /// Puts back a host that was lost before a restart, with the MACs that were still its: others have stood in a file since.
    package mutating func restoreLost(_ host: Host, macs: Set<MACAddress>, path: String, content: String) {
        guard entries[host.id] == nil else { return }
        let entry = Entry(host: host, settings: rules.settings(for: host), path: path, ordinal: 0, content: content)
        keepLost([host.id: entry], of: 1)
        revision = Revision()
        for (index, spec) in host.interfaces.enumerated() where !macs.contains(spec.mac) {
            drop(Claim(entry, index: index), of: spec.mac)
        }
    }

    /// The MACs of a lost host that have stood in no file since.
    package func lostMACs(of id: Host.ID) -> Set<MACAddress> {
        let macs = self[id]?.host.interfaces.map(\.mac) ?? []
        return Set(macs.filter { claims[$0]?.contains { $0.host == id } == true })
    }

    /// Puts back the last good version of a file that is broken at the tip. Call before `advanced` reads the file itself.
    package mutating func restoreGood(_ parsed: ParsedFile, content: String) {
        let file = File(parsed: parsed, inForce: parsed, goodContent: content)
        files[parsed.path] = file
        notePolicies(of: file)
        claim([file])
        updateRules()
        revision = Revision()
    }

    /// Marks a file as broken since before this repo was known.
    package mutating func restoreUnseen(_ path: String) { files[path]?.isUnseen = true }

    private mutating func replace(_ path: String, by change: Delta.FileChange, isFirst: Bool) {
        guard case .read(let parsed, let content) = change else {
            files[path] = nil
            policyPaths.remove(path)
            brokenPaths.remove(path)
            return
        }
        var file =
            files[path] ?? File(parsed: parsed, inForce: ParsedFile(path: path), isUnseen: isFirst && parsed.isBroken)
        file.parsed = parsed
        if parsed.isBroken { brokenPaths.insert(path) } else { brokenPaths.remove(path) }
        if !parsed.isBroken {
            file.inForce = parsed
            file.goodContent = content
            // This first good version is judged by the inventory before it; what comes later has been seen.
            file.isUnseen = false
        }
        if parsed.isBroken, !parsed.mentionsPolicy, file.inForce.policies.isEmpty, file.inForce.profiles.isEmpty {
            policyPaths.remove(path)
        } else {
            notePolicies(of: file)
        }
        files[path] = file
    }

    private mutating func notePolicies(of file: File) {
        let holdsAny = !file.inForce.policies.isEmpty || !file.inForce.profiles.isEmpty
        if holdsAny || file.parsed.isBroken {
            policyPaths.insert(file.parsed.path)
        } else {
            policyPaths.remove(file.parsed.path)
        }
    }

    mutating func drop(_ claim: Claim, of mac: MACAddress) {
        claims[mac]?.removeAll { $0 == claim }
        if claims[mac]?.isEmpty == true { claims[mac] = nil }
    }

    /// A commit that loses more than half of the hosts is more likely a mistake than a wish: they keep their leases.
    private mutating func keepLost(_ gone: [Host.ID: Entry], of before: Int) {
        guard gone.count * 2 > before else { return }
        lost.formUnion(gone.keys)
        let macs = Set(gone.values.flatMap(\.host.interfaces).map(\.mac))
        // What stands in a file now is not lost.
        let free = macs.filter { claims[$0]?.contains { !lost.contains($0.host) } != true }
        for (id, old) in gone {
            var entry = old
            entry.suspension = .lost
            entries[id] = [entry]
            for (index, spec) in entry.host.interfaces.enumerated() where free.contains(spec.mac) {
                claims[spec.mac, default: []].append(Claim(entry, index: index))
            }
        }
        sortClaims(of: free)
    }
}

extension Inventory.Claim {
    init(_ entry: Inventory.Entry, index: Int) {
        self.init(host: entry.host.id, path: entry.path, ordinal: entry.ordinal, index: index)
    }
}

extension Inventory {
    /// Reads policies and profiles anew when a file with any of them changed, and settles every host by them.
    fileprivate mutating func updateRules() {
        var rules = PolicyRules()
        for path in policyPaths.sorted() {
            guard let file = files[path] else { continue }
            rules.policies += file.inForce.policies.map { .init(policy: $0, isBroken: file.parsed.isBroken) }
            for profile in file.inForce.profiles { rules.profiles[profile.name] = filled(profile) }
            if file.parsed.isBroken, file.goodContent == nil { rules.unreadable.append(path) }
        }
        let named = templates.isEmpty ? [] : templatePaths
        templates = templates.filter { named.contains($0.key) }
        guard rules != self.rules else { return }
        self.rules = rules
        for (id, twins) in entries {
            entries[id] = twins.map { entry in
                var entry = entry
                entry.settings = rules.settings(for: entry.host)
                return entry
            }
        }
    }

    /// With its templates, as they are in this commit.
    private func filled(_ profile: BootProfile) -> BootProfile {
        var profile = profile
        for (name, answer) in profile.answers { profile.answers[name]?.file = templates[answer.path]?.file }
        return profile
    }
}
