/// The guards of the policies.
extension Model {
    func isFrozen(_ rules: Lab.Rules, at now: Int64) -> Bool {
        rules.freeze.contains { window in
            window.holds(now) || has(.freezeHoldsAtItsEnd) && now == window.until
        }
    }

    /// A guard of the version before the commit would refuse now, and the commit's own would not.
    func isLoosened(_ mac: String, _ machine: Machine, _ step: Step) -> Bool {
        let before = rules(mac, machine, in: step.before)
        let after = step.after.rules(for: machine)
        let now = now
        if before.contains(where: \.never) && !after.never && !has(.rule17LooseningArms) { return true }
        let wasFrozen = before.contains { isFrozen($0, at: now) }
        if wasFrozen && !isFrozen(after, at: now) && !has(.freezeLooseningArms) { return true }
        if before.contains(where: \.serial) && !after.serial && !has(.serialLooseningArms) { return true }
        if before.contains(where: \.uuid) && !after.uuid && !has(.uuidLooseningArms) { return true }
        let hosts = [step.before.known(machine.id), step.before.owner(mac)]
        let wasSuspended = before.contains(where: \.suspended) || hosts.contains { $0?.suspend != nil }
        return wasSuspended && !step.after.isSuspended(machine) && !has(.resumeArms)
    }

    /// `require.armID`, and the annotation says nothing new: not since the MAC's last value, nor since the host before the commit.
    func lacksArmID(_ mac: String, _ machine: Machine, _ step: Step) -> Bool {
        let asked = rules(mac, machine, in: step.before).contains(where: \.armID) && !has(.armIDLooseningArms)
        guard asked || step.after.rules(for: machine).armID, !has(.armIDIgnored) else { return false }
        guard let arm = machine.arm else { return true }
        if arm == step.states[mac]?.annotation { return true }
        return step.former(machine.id).contains { $0.arm == arm } && !has(.armIDOfTheCardOnly)
    }

    /// As many hosts as may be armed at once go before this one: hosts whose limit is of the same policy, with an unspent arming older
    /// than each of its own.
    func isQueued(_ machine: Machine, _ rules: Lab.Rules) -> Bool {
        guard let (limit, policy) = rules.armedAtOnce, !has(.queueIgnored) else { return false }
        var places: [String: Int] = [:]
        var cards = 0
        for arming in armings where arming.ending == nil {
            guard let host = lab.owner(arming.mac) else { continue }
            let isCounted = lab.rules(for: host).armedAtOnce?.policy == policy || has(.queueOfAllPolicies)
            guard isCounted || host.id == machine.id else { continue }
            let isWaiting = states[arming.mac]?.hold != nil || arming.mismatched || lab.isSuspended(host)
            if isWaiting && has(.queuePassesTheHeld) && host.id != machine.id { continue }
            if places[host.id] != nil { cards += 1 }
            places[host.id] = min(places[host.id] ?? arming.order, arming.order)
        }
        guard let own = places[machine.id] else { return false }
        let ahead = places.values.count { $0 < own } + (has(.queueCountsCards) ? cards : 0)
        return ahead >= limit
    }

    /// What is wrong with what a machine shows of itself. Before its script it need not show anything.
    func mismatch(_ machine: Machine, _ rules: Lab.Rules, _ shown: Identity?) -> String? {
        let isScript = shown != nil && !has(.missingIdentityPasses)
        if rules.serial && !has(.serialIgnored) {
            guard let label = machine.serial.flatMap(plain(serial:)) else { return "held:wrongSerial" }
            let serial = shown?.serial.flatMap(plain(serial:))
            if serial == nil ? isScript : serial != label { return "held:wrongSerial" }
        }
        if rules.uuid && !has(.uuidIgnored) {
            guard let label = machine.uuid, isReal(uuid: label) else { return "held:wrongUUID" }
            guard let uuid = shown?.uuid else { return isScript ? "held:wrongUUID" : nil }
            if uuid != label && (otherOrder(uuid: uuid) != label || has(.uuidOrderMatters)) { return "held:wrongUUID" }
        }
        return nil
    }

    /// The tree that `bootlatch suspend` or `resume` makes; nil where it is refused.
    func suspending(_ host: String?, _ isSuspended: Bool) throws -> [String: Sheet]? {
        try pass()
        guard reachable, let tip = processed else { return nil }
        var tree = try history.tree(tip)
        guard let host else {
            let path = "policies/bootlatch-suspend.yaml"
            if isSuspended {
                guard !lab.everythingIsSuspended, tree[path] == nil else { return nil }
                tree[path] = Sheet(documents: [.policy(Policy(name: "bootlatch-suspend", suspend: "by hand"))])
            } else {
                guard let sheet = tree[path], !sheet.broken else { return nil }
                tree[path] = nil
            }
            return tree
        }
        guard let mac = lab.machines[host]?.cards.first?.mac, let claim = lab.explicit(mac) else { return nil }
        var machine = claim.machine
        guard (machine.suspend == nil) == isSuspended else { return nil }
        machine.suspend = isSuspended ? "by hand" : nil
        tree[claim.path]?.documents[claim.ordinal] = .machine(machine)
        return tree
    }

    /// Without the case and the spaces around, which makers and people add.
    private func plain(serial: String) -> String? {
        let words = serial.lowercased().split(separator: " ")
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private func isReal(uuid: String) -> Bool { Set(uuid).subtracting("-").count > 1 }
}

/// A UUID with the bytes of its first three fields the other way round, as some firmware has them.
func otherOrder(uuid: String) -> String {
    let fields = uuid.split(separator: "-").enumerated().map { index, field in
        guard index < 3 else { return String(field) }
        let characters = Array(field)
        return stride(from: characters.count - 2, through: 0, by: -2).map { String(characters[$0...$0 + 1]) }.joined()
    }
    return fields.joined(separator: "-")
}
