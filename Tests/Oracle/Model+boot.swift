extension Model {
    enum Script: Equatable {
        case served(boot: Int, new: Bool)
        case refused(String)
    }

    /// A machine asks for its script.
    func script(_ mac: String, shows shown: Identity, address: String) throws -> Script {
        if lab.owner(mac) != nil { lastShown[mac] = shown }
        if let uuid = shown.uuid, lab.owner(mac) != nil, Set(uuid).subtracting("-").count > 1 {
            uuids[mac] = uuid
        }
        // A last-second disarm counts: what would let the machine in for the first time looks once more.
        if isFirstScript(mac), decision(mac, shown: shown) == "netboot", !has(.rule9NoFetch) { try pass() }
        let reason = decision(mac, shown: shown)
        guard reason == "netboot", let id = states[mac]?.arming else {
            let ends = ["spent:expired", "spent:exhausted"].contains(reason) && trusted && !has(.rule8NeverRecorded)
            if ends, let id = states[mac]?.arming {
                end(id, String(reason.dropFirst(6)))
                sweep()
            }
            return .refused(reason)
        }
        if let open = openBoot(of: id, now: now) { return .served(boot: open, new: false) }
        var boot = Boot(
            arming: id, mac: mac, host: lab.owner(mac)?.id ?? "", address: address, first: now, order: next())
        // Nobody sees the kernel of a chained script go by.
        boot.unseen = lab.explicit(mac)?.card.chained == true
        boot.whole = boot.unseen && !has(.rule8ChainedIsEarly)
        boots.append(boot)
        return .served(boot: boots.count - 1, new: true)
    }

    /// Its last kernel was served whole, and nobody has reported or asked since.
    func isInstalling(_ mac: String) -> Bool {
        guard decision(mac) == "spent:exhausted", let id = states[mac]?.arming, armings[id].ending == nil else {
            return false
        }
        return !armings[id].mismatched && boots.count { $0.arming == id && $0.whole } >= armings[id].full
    }

    /// Whether the next script would be the first of its arming.
    func isFirstScript(_ mac: String) -> Bool {
        guard let id = states[mac]?.arming, armings[id].ending == nil, armings[id].mac == mac else { return false }
        return !boots.contains { $0.arming == id }
    }

    func kernel(_ boot: Int, whole: Bool) {
        guard !boots[boot].unseen else { return }
        boots[boot].started = true
        if whole { boots[boot].whole = true }
    }

    /// The reason `continueBoot` gives for kernel and initrd.
    func bytes(_ index: Int?) -> String { goesOn(index) { _, _ in nil } }

    /// The reason it gives for answers: they outlive a report by half an hour, because the installed system may ask.
    func answers(_ index: Int?) -> String {
        goesOn(index) { arming, hasPlan in
            let stay = now < arming.ended + 1800 || has(.rule12AnswersForEver)
            return stay && !has(.rule12AnswersEnd) ? (hasPlan ? "netboot" : "noPlan") : nil
        }
    }

    private func goesOn(_ index: Int?, reported: (_ arming: Arming, _ hasPlan: Bool) -> String?) -> String {
        guard let index else { return "unknown" }
        let boot = boots[index]
        guard let claims = lab.claims[boot.mac] ?? lab.owner(boot.mac).map({ _ in [] }) else { return "unknown" }
        if lab.isDuplicate(boot.mac) && !has(.duplicateAllowed) { return "suspended:duplicate" }
        guard let claim = claims.first else { return "suspended:lost" }
        if claim.broken { return "suspended:broken" }
        let rules = lab.rules(for: claim.machine)
        let hasPlan = rules.profile || claim.card.chained
        let arming = armings[boot.arming]
        if ["provisioned", "failed"].contains(arming.ending), let answer = reported(arming, hasPlan) { return answer }
        let byReport = ["provisioned", "failed"].contains(arming.ending) && has(.rule7ReportLetsBootGoOn)
        let byHand = arming.ending == "disarmed" && has(.rule7HandDisarmLetsBootGoOn)
        if let ending = arming.ending, !["expired", "exhausted"].contains(ending), !byReport, !byHand {
            return "spent:\(ending)"
        }
        if has(.rule7DeadlineEndsBoot), let ending = arming.ending { return "spent:\(ending)" }
        let late = now >= arming.deadline + 6 * 3600 && !byReport && !byHand
        if late { return "spent:\(arming.ending ?? "expired")" }
        if lab.isSuspended(claim.machine) && !has(.suspendLetsBootGoOn) { return "held:suspended" }
        if rules.never { return "never" }
        if isFrozen(rules, at: now) && !has(.freezeLetsBootGoOn) { return "held:frozen" }
        if rules.broken { return "held:brokenPolicy" }
        if let hold = states[boot.mac]?.hold { return "held:\(hold)" }
        if arming.mismatched { return "held:mismatched" }
        if let state = states[boot.mac], !state.on, state.offBy == nil, !has(.rule7HandDisarmLetsBootGoOn) {
            return "off"
        }
        if states[boot.mac]?.arming != boot.arming { return "superseded" }
        return hasPlan ? "netboot" : "noPlan"
    }
}
