/// What to do to change a decision about an interface: one sentence for a person, with the host, the file and the policy to change.
package struct Advice {
    private let interface: Interface
    private let standing: Standing
    private let now: Now

    package init(_ interface: Interface, in standing: Standing, now: Now) {
        self.interface = interface
        self.standing = standing
        self.now = now
    }

    package static func unknown(_ mac: MACAddress) -> String {
        "add a manifest that names \(mac) to the inventory, and push"
    }

    package func text(on decision: Decision) -> String {
        switch decision {
        case .netboot: "`bootlatch disarm \(name)`, or take `\(on)` away at \(flag) and push"
        case .ignore: Self.unknown(interface.mac)
        case .introduce: waits
        case .localBoot(.off): turnOn
        case .localBoot(.spent): turnOn
        case .localBoot(.held(let hold)): text(on: hold)
        case .localBoot(.suspended(let suspension)): text(on: suspension)
        case .localBoot(.never): "change `netboot: never` in \(policy("netboot")), and push; what is armed goes on then"
        case .localBoot(.noPlan) where !interface.answerTroubles.isEmpty:
            "repair \(list(interface.answerTroubles)), and push"
        case .localBoot(.noPlan):
            interface.host.dialect == .bareMetalHost
                ? "name a `profile` in a policy that picks \(host), and push"
                : "write `ipxe` or `osie` beside the permission at \(flag), or name a `profile` in a policy, and push"
        case .localBoot(.journal):
            "make room on the daemon's disk, or its state folder writable; it is tried again by itself. Of a damaged one `bootlatch status` says more"
        case .localBoot(.waiting): waits
        case .localBoot(.superseded): "boot \(host) again: its next boot uses the newer arming"
        }
    }

    private func text(on hold: Hold) -> String {
        switch hold {
        case .firstSight, .forcePush, .mismatched, .stale, .ambiguous, .loosened, .noRecord, .oldState, .ownCommit:
            toggle
        case .suspended:
            isByPolicyOfSome ? wayOut : "\(wayOut), or take `suspend` away \(interface.stop?.words ?? "") and push"
        case .overLimit:
            "\(keyless)\(raise), or, in smaller commits, \(toggling)"
        case .flapping: "`bootlatch reconcile --accept \(host)`, or turn it off and on a day later, by two commits"
        case .noArmID:
            "change `bootlatch.dev/arm` of \(host) at \(interface.host.location) (`bootlatch arm \(name)` does), or \(accept)"
        case .unsigned: toggle
        case .frozen:
            "wait\(thaw), or change `freeze` in \(policy("freeze")), and push"
        case .queued:
            "wait until one of the older armings is spent\(ahead), or raise `limits.armedAtOnce` in \(policy("limits.armedAtOnce"))"
        case .wrongSerial:
            "correct the label `serial` at \(interface.host.location), or `require.serial` in \(policy("require.serial")), and push"
        case .wrongUUID:
            "correct the label `uuid` at \(interface.host.location), or `require.uuid` in \(policy("require.uuid")), and push"
        case .brokenPolicy: "repair the policies: \(list(standing.inventory.policyTroubles(for: interface.host)))"
        case .outdated: "make the repo readable for the daemon: `bootlatch status` says since when and why it is not"
        }
    }

    private func text(on suspension: Suspension) -> String {
        let troubles = list(standing.inventory.trouble(of: interface))
        return switch suspension {
        case .broken: "repair \(troubles), and push"
        case .duplicate: "remove or rename all but one of: \(troubles)"
        case .lost: "bring \(host) back to the inventory, or \(accept) to let it go for good"
        }
    }

    private var host: String { "\(interface.host.id)" }
    /// For commands that take one interface.
    private var name: String { interface.host.interfaces.count > 1 ? "\(interface.mac)" : host }
    private var on: String { interface.host.dialect.on }
    private var flag: String { "\(interface.spec.netbootLocation)" }
    private var accept: String { "`bootlatch reconcile --accept \(host)`" }
    private var signers: String? {
        let rules = standing.inventory.signatureRules(for: interface)
        return rules.isEmpty ? nil : "by a commit signed by \(rules.signers)"
    }

    /// A limit that is high enough by now was raised without a signature, or some of the hosts were turned off.
    private var raise: String {
        let rules = standing.inventory.signatureRules(for: interface)
        let signed = rules.isEmpty ? "" : ", signed by \(rules.signers)"
        let isEnough = interface.state.map { standing.inventory.isWithinLimit(heldBy: $0.since.commit) } ?? false
        let note =
            isEnough
            ? " (it is high enough by now, but only a commit that raises it\(signed.isEmpty ? "" : signed + ",") lets them in)"
            : ""
        return "raise `limits.armedPerCommit` in \(policy("limits.armedPerCommit")) by a later commit\(signed)\(note)"
    }

    /// Nobody can sign what a name without a key is to sign.
    private var keyless: String {
        guard let known = standing.inventory.knownSigners else { return "" }
        let rules = standing.inventory.signatureRules(for: interface).filter { $0.names.isDisjoint(with: known) }
        return rules.isEmpty ? "" : "give \(rules.signers) a key (`inventory.allowedSigners` or `openPGPKeys`); then "
    }

    private var turnOn: String {
        let isOn = interface.spec.isOn
        if let signers {
            return
                "\(first)\(keyless)\(isOn ? "turn it off and on, or change `bootlatch.dev/arm`" : "write `\(on)`") at \(flag) \(signers), and push"
        }
        return isOn
            ? "\(first)`bootlatch arm \(name)`, or turn it off and on at \(flag), by two commits"
            : "\(first)`bootlatch arm \(name)`, or write `\(on)` at \(flag), and push"
    }

    /// What stands in the way of an arming by hand, too.
    private var first: String {
        if interface.settings.netboot == .never { return "change `netboot: never` in \(policy("netboot")); then " }
        return interface.stop == nil ? "" : "\(wayOut); then "
    }

    private var wayOut: String {
        interface.stop.map { interface.wayOut(of: $0, in: standing.inventory) } ?? "`bootlatch resume`"
    }

    /// No command takes out what somebody wrote into a policy of some hosts.
    private var isByPolicyOfSome: Bool {
        interface.stop != interface.host.suspend && interface.stop != standing.inventory.stop
    }

    private var waits: String {
        if interface.isNeverIntroduced {
            return
                "give \(host) a policy with `introduce: loader`, or a label `uuid` at \(interface.host.location), or write its MAC at \(flag), "
                + "and push"
        }
        return
            "boot the machine: its MAC is written at \(flag) when it shows its UUID or serial, or write it there yourself"
    }

    private var toggle: String { keyless + toggling }

    private var toggling: String {
        "turn it off and on at \(flag) by two commits, or change `bootlatch.dev/arm`\(signers.map { ", \($0)" } ?? ""), or \(accept)"
    }

    private var thaw: String {
        guard let thaw = interface.settings.freeze.thaw(after: now.wall) else { return "" }
        return thaw.until.map { " until \($0)" } ?? " for its end, which is not in sight"
    }

    private var ahead: String {
        guard let queue = standing.queue(before: interface), !queue.first.isEmpty else { return "" }
        return " (\(queue.first.joined(separator: ", ")))"
    }

    private func policy(_ field: String) -> String {
        standing.inventory.origin(of: field, for: interface.host)?.description ?? "a policy that picks \(host)"
    }

    private func list(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.isEmpty
            ? "what `bootlatch validate` finds"
            : diagnostics.prefix(5).map { "\($0.location) (\($0.message))" }.joined(separator: ", ")
    }
}
