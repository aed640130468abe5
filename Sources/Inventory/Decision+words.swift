extension Decision {
    /// `netboot`, `localBoot`, `introduce` or `ignore`.
    package var word: String {
        switch self {
        case .netboot: "netboot"
        case .introduce: "introduce"
        case .localBoot: "localBoot"
        case .ignore: "ignore"
        }
    }

    /// `armed`, `off`, `spent:provisioned`, `held:firstSight`, ...
    package var reason: String {
        switch self {
        case .netboot: "armed"
        case .introduce: "introduced"
        case .ignore(let unknown): unknown.rawValue
        case .localBoot(let refusal): refusal.reason
        }
    }

    /// What it means and what changes it, in one line, in the words of the manifest's dialect.
    package func explanation(in dialect: Dialect) -> String {
        switch self {
        case .netboot: "it may netboot until its report, its deadline or its last attempt"
        case .introduce:
            "an unknown MAC where a host waits to be seen: it gets a loader, whose script asks with serial and UUID"
        case .ignore: "no manifest names this MAC; add one to the inventory"
        case .localBoot(let refusal): refusal.explanation(in: dialect)
        }
    }
}

extension Refusal {
    /// The same word in logs, on a machine's console, in `status` and in the API.
    package var reason: String {
        switch self {
        case .off: "off"
        case .spent(let ending): "spent:\(ending.rawValue)"
        case .held(let hold): "held:\(hold.rawValue)"
        case .suspended(let suspension): "suspended:\(suspension.rawValue)"
        case .never: "never"
        case .noPlan: "noPlan"
        case .journal: "journal"
        case .superseded: "superseded"
        case .waiting: "waiting"
        }
    }

    func explanation(in dialect: Dialect) -> String {
        switch self {
        case .off: "the manifest does not say `\(dialect.on)`; `bootlatch arm HOST`, or edit and push"
        case .spent(let ending): ending.explanation
        case .held(let hold): hold.explanation
        case .suspended(let suspension): suspension.explanation
        case .never: "a policy says `netboot: never`; change the policy"
        case .noPlan:
            dialect == .bareMetalHost
                ? "nothing says what to boot; give it a policy with a `profile`"
                : "nothing says what to boot; give it `ipxe` or `osie`, or a policy with a `profile`"
        case .journal: "the journal can't be written, so nobody is let in; make room on the disk or make it writable"
        case .superseded: "a newer arming took this boot's place; the machine's next boot uses it"
        case .waiting:
            "waiting to be seen: the first machine that shows its UUID and serial gets its MAC into the manifest by a commit, "
                + "and boots; or write the MAC there"
        }
    }
}

extension Ending {
    package var explanation: String {
        let again = "to install again: `bootlatch arm HOST`, or toggle it off and on"
        return switch self {
        case .provisioned: "the machine reported that it is installed; \(again)"
        case .failed: "the machine reported that its installation failed; \(again)"
        case .expired: "its deadline passed before a report came; \(again)"
        case .exhausted: "its attempts are used up without a report; \(again)"
        case .disarmed: "turned off by hand; \(again)"
        }
    }
}

extension Suspension {
    package var explanation: String {
        switch self {
        case .broken: "its file no longer parses; repair it (see `bootlatch validate`), the lease stays"
        case .duplicate: "two manifests claim this MAC or this host; remove one (see `bootlatch validate`)"
        case .lost:
            "a commit lost it with more than half of the hosts; bring it back, or `bootlatch reconcile --accept HOST`"
        }
    }
}

extension RefusePolicy {
    /// Each field with what holds, as a policy writes it.
    package var words: [(field: String, value: String)] {
        func list(_ steps: [Step]) -> String {
            steps.isEmpty ? "nothing" : steps.map(\.description).joined(separator: ", ")
        }
        return [
            ("pxe", (pxe ?? .auto).rawValue), ("http", (http ?? .auto).rawValue), ("bios", list(biosSteps)),
            ("uefi", list(uefiSteps)),
        ]
    }
}

extension RefusePolicy.Step: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sanboot(let drive): "sanboot:\(drive)"
        case .exit(nil): "exit"
        case .exit(let status?): "exit:\(status)"
        case .grubLocal: "grub-local"
        case .poweroff: "poweroff"
        case .script: "a script"
        }
    }
}

extension BootRule {
    /// The rule as a sentence that holds when it has nothing against a boot, in the words of the manifest's dialect.
    package func question(in dialect: Dialect) -> String {
        switch self {
        case .journal: "the journal can be written"
        case .present: "its file parses, and nobody else claims its MAC"
        case .on: "the manifest says \(dialect.on)"
        case .notSuspended: "nobody suspended it"
        case .unspent: "its arming is not spent"
        case .notHeld: "nothing holds it"
        case .recorded: "the journal knows its arming"
        case .attempts: "a boot is left"
        case .deadline: "the deadline lies ahead"
        case .allowed: "no policy says netboot: never"
        case .notFrozen: "no policy's freeze holds"
        case .policy: "the policies that rule it are readable"
        case .machine: "the machine shows the serial and UUID that a policy requires, or will be asked"
        case .plan: "manifest or profile say what to boot"
        case .current: "the repo was read lately"
        case .turn: "its turn has come among the hosts that are armed at once"
        case .seen: "its MAC is known"
        }
    }
}
