extension Standing {
    /// A decision's explanation, with what this interface's own rules add to it, and what its machine last showed.
    package func explanation(of decision: Decision, for mac: MACAddress, _ shown: Shown? = nil, now: Now) -> String {
        let interface = inventory[mac]
        let general = decision.explanation(in: interface?.host.dialect ?? .hardwareV1Alpha1)
        if decision == .localBoot(.waiting), let host = interface?.host {
            if let interface, interface.isNeverIntroduced {
                return
                    "waiting to be seen, and never will be: its serial \(host.serial ?? "") shows only once a loader runs, which nothing "
                    + "gives an unknown machine; give it a policy with `introduce: loader`, a label `uuid`, or its MAC"
            }
            let identity = [host.uuid.map { "UUID \($0)" }, host.serial.map { "serial \($0)" }].compactMap { $0 }
            return
                "waiting to be seen, by \(identity.joined(separator: " and ")): the first machine that shows it gets its MAC into the "
                + "manifest by a commit, and boots; or write the MAC there"
        }
        if decision == .localBoot(.noPlan), let troubles = interface?.answerTroubles, let first = troubles.first {
            let others = troubles.count > 1 ? " and \(troubles.count - 1) more" : ""
            return
                "its installer would ask for answers that can't be given: \(first.location): \(first.message)\(others)"
        }
        guard case .localBoot(.held(let hold)) = decision, let interface else { return general }
        let settings = interface.settings
        switch hold {
        case .suspended:
            guard let stop = interface.stop else { return general }
            let end =
                stop == interface.host.suspend
                ? "`bootlatch resume \(interface.host.id)` ends it"
                : stop == inventory.stop
                    ? "`bootlatch resume` ends it for everyone" : "take `suspend` out of that policy and push to end it"
            return "suspended \(stop.words); \(end), and its deadline runs on meanwhile"
        case .frozen where interface.state?.hold == nil:
            guard let thaw = settings.freeze.thaw(after: now.wall) else { return general }
            let until = thaw.until.map { "until \($0)" } ?? "without an end in sight"
            let reason = thaw.freeze.reason.map { " (\($0))" } ?? ""
            return
                "a policy's `freeze` holds \(until)\(reason); it ends with the freeze, and its deadline runs on meanwhile"
        case .queued where interface.state?.hold == nil:
            guard let (limit, first) = queue(before: interface) else { return general }
            let others = limit > first.count ? " and \(limit - first.count) more" : ""
            return
                "`limits.armedAtOnce` is \(limit), and older armings go first: \(first.joined(separator: ", "))\(others); "
                + "it ends when one of them is spent"
        case .outdated where interface.state?.hold == nil:
            let since = inventory.lastGoodFetch.map { "since \($0)" } ?? "ever"
            return "the repo was not read \(since), and `outdatedAfter` is \(settings.outdatedAfter) s; "
                + "it ends with the next good fetch"
        case .brokenPolicy where interface.state?.hold == nil:
            let troubles = inventory.policyTroubles(for: interface.host)
            guard let first = troubles.first else { return general }
            let isAny = inventory.mayRuleAny(first.location.path)
            let rest = troubles.count > 1 ? ", and \(troubles.count - 1) more" : ""
            return
                "\(first.location) \(isAny ? "never was good, so it may rule any host" : "rules it") (\(first.message))\(rest); "
                + "repair it (see `bootlatch validate`)"
        case .wrongSerial, .wrongUUID:
            let sighting = Sighting(mac: mac, shown)
            guard let why = interface.host.contradiction(hold, by: sighting, "its machine last showed") else {
                return general
            }
            let (what, label) = hold == .wrongSerial ? ("serial", "serial") : ("UUID", "uuid")
            return "a policy requires the \(what) that the manifest names: \(why); "
                + "boot the machine that is meant, or correct the label `\(label)`"
        default: return general
        }
    }
}
