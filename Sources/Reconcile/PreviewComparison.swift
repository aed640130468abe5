import HashTreeCollections
import Inventory

/// What lies between two standings, interface by interface.
struct PreviewComparison {
    let before: Standing
    let after: Standing
    /// Where the last step that did something to a MAC says so.
    let places: [MACAddress: Provenance]
    /// Why the steps hold what they hold.
    let holds: [MACAddress: String]
    /// What a raised limit may let in.
    let raised: [MACAddress: PreviewWalk.Raised]
    let last: Step
    let now: Now

    /// In the order of their places.
    var changes: [Preview.Change] {
        Set(before.inventory.claims.keys).union(after.inventory.claims.keys).compactMap(change).sorted {
            ($0.since.location.path, $0.since.location.line, $0.mac)
                < ($1.since.location.path, $1.since.location.line, $1.mac)
        }
    }

    private func change(of mac: MACAddress) -> Preview.Change? {
        let (old, new) = (before.inventory[mac], after.inventory[mac])
        guard let interface = new ?? old else { return nil }
        let was = decideBoot(Sighting(mac: mac), in: before, now: now)
        let now = decideBoot(Sighting(mac: mac), in: after, now: now)
        var found = verdict(on: mac, old, new, was, now)
        var raised: PreviewWalk.Raised?
        if let new, let noted = self.raised[mac], noted.arming == new.arming, new.spec.isOn,
            found?.0 == nil || found?.0 == .changed
        {
            found = noted.verdict(on: new, beside: found?.1)
            raised = noted
        }
        guard let (kind, detail) = found else { return nil }
        let state = after.inventory.state(of: mac)
        let isByState = kind != .changed && new != nil && state?.since != before.inventory.state(of: mac)?.since
        return Preview.Change(
            kind: kind, host: interface.host.id, mac: mac, before: was, after: now, detail: detail,
            since: (isByState ? state?.since : nil) ?? raised?.since ?? places[mac]
                ?? last.provenance(at: interface.spec.netbootLocation))
    }

    private func verdict(
        on mac: MACAddress, _ old: Interface?, _ new: Interface?, _ was: Decision, _ now: Decision
    ) -> (Preview.Change.Kind, String)? {
        let states = (before.inventory.state(of: mac), after.inventory.state(of: mac))
        guard let new else {
            // Its MAC was written: what becomes of the permission stands there.
            if mac.isUnseen, let host = old?.host.id, after.inventory[host] != nil { return nil }
            if states.0?.isOn == true { return (.disarmed, "no longer in the inventory, and gets no lease from us") }
            return (.changed, "no longer in the inventory")
        }
        switch now {
        case .netboot(let plan):
            if let arming = states.1?.arming, arming == states.0?.arming, case .netboot = was {
                return changed(old, new)
            } else if let origin = states.1?.arming.flatMap({ before.ledger[$0] })?.arming, origin.mac != mac {
                let former =
                    origin.mac.isUnseen ? "the arming that waited for it" : "the arming of \(origin.mac) with it"
                return (.changed, "takes \(former), if that is unspent; \(plan.words)")
            }
            let again = states.1?.arming == states.0?.arming || was.word == now.word
            return (.armed, "may netboot once\(again ? ", again" : ""); \(plan.words)")
        case .localBoot(.off) where was == .localBoot(.suspended(.duplicate)):
            return (.changed, "claimed once by now, and off")
        case .localBoot(.off):
            if states.0?.isOn == true { return (.disarmed, "turned off; boots its disk") }
            if old == nil { return (.changed, "new, and off") }
            if states.0?.since != states.1?.since { return (.changed, "on, and off again") }
            return changed(old, new)
        case .localBoot(.waiting) where states.1?.arming != states.0?.arming:
            let boots = Plan(for: new)?.words ?? ""
            return new.isNeverIntroduced
                ? (.held, after.explanation(of: now, for: mac, now: self.now))
                : (.armed, "may netboot once it is seen; \(boots)")
        case .localBoot:
            if now == was, states.0?.arming == states.1?.arming, states.0?.hold == states.1?.hold {
                return changed(old, new)
            }
            let isUnsigned = now == .localBoot(.held(.unsigned))
            let detail = isUnsigned ? holds[mac] : nil
            return (new.spec.isOn ? .held : .changed, detail ?? after.explanation(of: now, for: mac, now: self.now))
        case .ignore, .introduce: return nil
        }
    }

    private func changed(_ old: Interface?, _ new: Interface) -> (Preview.Change.Kind, String)? {
        guard let old else { return nil }
        let differences = InterfaceFacts.differences(from: old, to: new)
        return differences.isEmpty ? nil : (.changed, differences.joined(separator: "; "))
    }
}
