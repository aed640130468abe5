import HashTreeCollections
import Inventory

extension PreviewWalk {
    /// A limit was raised, so that a daemon lets in what it holds `overLimit`.
    struct Raised {
        /// The one from before the push.
        var arming: Arming.ID
        var limit: Int
        /// Who must sign the commit that raises it, where it is not signed, or not made yet.
        var signers: String?
        /// It is made, and not signed.
        var isRefused: Bool
        var since: Provenance

        /// - Parameter other: what else changed about the interface.
        func verdict(on interface: Interface, beside other: String?) -> (Preview.Change.Kind, String) {
            let what =
                "may netboot once where a daemon holds it `overLimit`, since `limits.armedPerCommit` is \(limit) now"
            let refused =
                "what a daemon holds `overLimit` stays held: the commit that raises `limits.armedPerCommit` must be signed by \(signers ?? "")"
            let detail =
                isRefused
                ? refused
                : what + (signers.map { ", if \($0) signs that" } ?? "")
                    + (Plan(for: interface).map { "; \($0.words)" } ?? "")
            return (isRefused ? .changed : .released, [detail, other].compactMap { $0 }.joined(separator: "; "))
        }
    }

    /// Call before the step is taken, with its signers known.
    ///
    /// - Parameter isMade: its signature is the one that the daemon will see.
    mutating func noteRaised(by step: Step, _ delta: Delta, to new: Inventory, isMade: Bool) {
        let old = commits.inventory
        for mac in mayRelease(step, from: old, to: new) {
            // What the walk itself has armed or held is known.
            guard let interface = new[mac], let arming = interface.arming,
                before.inventory.state(of: mac)?.arming == arming
            else { continue }
            let place = rulesPlace(delta, from: old, to: new) ?? interface.spec.netbootLocation
            let isUnsigned = !step.unsigned([interface], from: old, to: new).isEmpty
            raised[mac] = Raised(
                arming: arming, limit: interface.settings.armedPerCommit,
                signers: isUnsigned
                    ? (old.signatureRules(for: interface) + new.signatureRules(for: interface)).signers : nil,
                isRefused: isUnsigned && isMade, since: step.provenance(at: place))
        }
    }

    /// Where a step says what it changes of policies, profiles and their templates.
    func rulesPlace(_ delta: Delta, from old: Inventory, to new: Inventory) -> SourceLocation? {
        let places = delta.files.compactMap { path, change -> SourceLocation? in
            if case .read(let file, _) = change {
                if let place = file.policies.first?.location ?? file.profiles.first?.location { return place }
            }
            let had = old.files[path]?.inForce
            let isRules = had.map { !$0.policies.isEmpty || !$0.profiles.isEmpty } ?? new.mayRuleAny(path)
            return isRules ? SourceLocation(path: path) : nil
        }
        return places.min { ($0.path, $0.line) < ($1.path, $1.line) }
            ?? delta.templates.keys.min().map { SourceLocation(path: $0) }
    }
}
