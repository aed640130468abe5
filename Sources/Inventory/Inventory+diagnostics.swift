import HashTreeCollections

extension Inventory {
    /// Every diagnostic of loading the files, in the order of their places. Costs a look at every host.
    package var diagnostics: [Diagnostic] {
        let all =
            files.values.flatMap(\.parsed.diagnostics) + duplicates + contradictions + unknownProfiles
            + unintroduced + signatureDiagnostics + keyless
            + answerDiagnostics(of: entries.values.compactMap(\.first))
        return Set(all).sorted {
            ($0.location.path, $0.location.line, $0.location.column, $0.message)
                < ($1.location.path, $1.location.line, $1.location.column, $1.message)
        }
    }

    /// What is wrong in these files, and with these MACs.
    package func diagnostics(of paths: [String], touching macs: Set<MACAddress>) -> [Diagnostic] {
        let paths = Set(paths)
        // Each host once: one of thousands of interfaces is touched as often.
        let hosts = Dictionary(macs.compactMap { entry(of: $0) }.map { ($0.host.location, $0) }) { first, _ in first }
        let answers = answerDiagnostics(of: hosts.values)
            .filter { paths.contains($0.location.path) }.sorted { $0.location.line < $1.location.line }
        let inFiles = paths.sorted().compactMap { files[$0] }.flatMap(\.parsed.diagnostics) + answers
        let twice = macs.sorted().compactMap { mac in claims[mac].map { (mac, $0) } }.filter { $0.1.count > 1 }
        return inFiles + twice.flatMap { duplicates(of: $0.0, $0.1) }
    }

    private func duplicates(of mac: MACAddress, _ claims: [Claim]) -> [Diagnostic] {
        places(of: claims).map { place, others in
            Diagnostic(
                .error, at: place,
                "\(mac.isUnseen ? "the same machine" : "MAC \(mac)") is claimed twice, also at \(others); "
                    + "neither may netboot until one of them is removed")
        }
    }

    /// MACs that two manifests claim, and hosts that two manifests name: none of them may netboot.
    private var duplicates: [Diagnostic] {
        let macs = claims.filter { $0.value.count > 1 }.flatMap { duplicates(of: $0.key, $0.value) }
        let hosts = entries.filter { $0.value.count > 1 }.flatMap { id, twins in
            Self.told(twins.prefix(Self.limit).map(\.host.location), of: twins.count).map { place, others in
                Diagnostic(
                    .error, at: place, "host \(id) is described twice, also at \(others); rename or remove one of them")
            }
        }
        return macs + hosts
    }

    private func places(of claims: [Claim]) -> [(SourceLocation, String)] {
        let places = claims.prefix(Self.limit).compactMap { claim in
            entry(of: claim)?.host.interfaces[claim.index].netbootLocation
        }
        return Self.told(places, of: claims.count)
    }

    /// Each place with the others. Of what a generator has written a thousand times, the first places say enough: told in full, they
    /// would be a million.
    private static func told(_ places: [SourceLocation], of count: Int) -> [(SourceLocation, String)] {
        places.map { place in
            let others = places.filter { $0 != place }.map(\.description)
            let rest = count - places.count
            return (place, others.joined(separator: ", ") + (rest > 0 ? " and \(rest) more places" : ""))
        }
    }

    private static var limit: Int { 10 }

    private var contradictions: [Diagnostic] {
        entries.values.compactMap(\.first).flatMap { rules.conflicts(for: $0.host) }.map { conflict in
            Diagnostic(
                .error, at: conflict.location,
                "policies \(conflict.first) and \(conflict.second) are equally specific and disagree on \(conflict.field); "
                    + "make one selector more specific. Their hosts are held until then")
        }
    }

    /// Hosts that nobody will ever recognise: firmware shows no serial before a loader asks for it.
    private var unintroduced: [Diagnostic] {
        entries.values.compactMap(\.first).compactMap { entry in
            guard !isRenamed(entry.host.id), let spec = entry.host.interfaces.first(where: \.mac.isUnseen),
                Interface(mac: spec.mac, host: entry.host, spec: spec, settings: entry.settings).isNeverIntroduced
            else { return nil }
            return Diagnostic(
                .warning, at: spec.netbootLocation,
                "\(entry.host.id) has no MAC and is known by its serial alone, which shows only once a loader runs: give it a policy "
                    + "with `introduce: loader`, or a label `uuid`")
        }
    }

    private var unknownProfiles: [Diagnostic] {
        rules.policies.compactMap { rule in
            guard let profile = rule.policy.profile, rules.profiles[profile] == nil else { return nil }
            let known = rules.profiles.keys.sorted().joined(separator: ", ")
            return Diagnostic(
                .error, at: rule.policy.location,
                "policy \(rule.policy.name) names the profile \(profile), which no BootProfile describes (known: \(known.isEmpty ? "none" : known))"
            )
        }
    }
}

extension Interface {
    /// Its MAC is not known, and no machine will ever be recognised by what is known instead.
    package var isNeverIntroduced: Bool { mac.isUnseen && host.uuid == nil && settings.introduce == .nothing }
}
