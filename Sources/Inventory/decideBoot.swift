/// Decides whether a machine may netboot, for DHCP, port 4011, loaders and the script.
///
/// Pure and total: no clock, store or network, and an answer with its reason for every input. `verdict` hears each rule with
/// the refusal that it gave, also of the rules after the first refusal when it wants to (`bootlatch why`).
package func decideBoot(
    _ sighting: Sighting, in standing: borrowing Standing, now: Now, verdict: ((BootRule, Refusal?) -> Void)? = nil
) -> Decision {
    guard let interface = standing.inventory[sighting.mac] else {
        return standing.introduction(of: sighting, now: now).map { .introduce($0) } ?? .ignore(.unknown)
    }
    let question = BootQuestion(sighting, interface, in: standing, now: now)
    var first: Refusal?
    for rule in BootRule.allCases {
        let refusal = rule.refusal(question, in: standing)
        verdict?(rule, refusal)
        first = first ?? refusal
        if first != nil, verdict == nil { break }
    }
    if let first { return .localBoot(first) }
    return question.plan.map { .netboot($0) } ?? .localBoot(.noPlan)
}

/// Decides whether a boot that was let in may go on, by its token and what the route serves.
///
/// A hand disarm, a freeze, a suspension, `netboot: never`, a deletion, a broken file or a hold ends it. A deadline, used attempts, and our own commits
/// about them don't at once: the machine is half way through a kernel, and has six hours past the deadline. A report ends bootable bytes; answers stay for half an hour.
package func continueBoot(_ token: Token, _ kind: RouteKind, in standing: borrowing Standing, now: Now) -> Decision {
    guard let boot = standing.ledger[token] else { return .ignore(.unknownToken) }
    guard let interface = standing.inventory[boot.mac] else { return .ignore(.unknown) }
    guard standing.ledger.isWritable else { return .localBoot(.journal) }
    if let suspension = interface.suspension { return .localBoot(.suspended(suspension)) }
    guard let record = standing.ledger[boot.arming] else { return .localBoot(.held(.noRecord)) }
    switch record.ending {
    case .provisioned?, .failed?:
        let stays = (record.endedAt?.seconds ?? 0) + answersAfter > now.wall.seconds
        guard kind == .answers, stays else { return .localBoot(.spent(record.ending ?? .provisioned)) }
        // The commit about this report may have turned the interface off; the answers outlive it.
        return Plan(for: interface).map { .netboot($0) } ?? .localBoot(.noPlan)
    case .disarmed?: return .localBoot(.spent(.disarmed))
    case .expired?, .exhausted?, nil:
        // Long enough for whatever was half way; a machine that was left at a prompt installs nothing a week later.
        guard now.wall.seconds < record.arming.deadline.seconds + bytesAfter else {
            return .localBoot(.spent(record.ending ?? .expired))
        }
    }
    if interface.stop != nil { return .localBoot(.held(.suspended)) }
    if interface.settings.netboot == .never { return .localBoot(.never) }
    if interface.settings.freeze.freezes(now.wall) { return .localBoot(.held(.frozen)) }
    if interface.settings.isPolicyBroken { return .localBoot(.held(.brokenPolicy)) }
    if let hold = interface.state?.hold ?? record.hold { return .localBoot(.held(hold)) }
    if !interface.spec.isOn, interface.state?.isOffByUs != true { return .localBoot(.off) }
    if interface.arming != boot.arming { return .localBoot(.superseded) }
    return Plan(for: interface).map { .netboot($0) } ?? .localBoot(.noPlan)
}

/// Seconds past its arming's deadline for which a boot that was let in gets its kernel, initrd and artifacts.
package let bytesAfter: Int64 = 6 * 3600

/// Seconds for which the answers of a boot stay after its report: an installed system's first boot may ask.
package let answersAfter: Int64 = 30 * 60

extension Plan {
    /// Nil where nothing says what to boot, and where its installer would ask for answers that can't be given.
    package init?(for interface: Interface) {
        guard let plan = Plan(saidOf: interface), interface.canAnswer(for: plan) else { return nil }
        self = plan
    }

    /// What the manifest says, most specific first, else the policy's profile.
    init?(saidOf interface: Interface) {
        let spec = interface.spec
        if let contents = spec.ipxe?.contents {
            self = .script(contents)
        } else if let url = spec.ipxe?.url {
            self = .chain(url)
        } else if let osie = spec.osie, let kernel = osie.kernel {
            self = .kernel(
                osie.resolved(kernel), initrd: osie.initrd.map { [osie.resolved($0)] } ?? [], args: osie.kernelParams)
        } else {
            switch interface.settings.profile?.source {
            case .kernel(let kernel, let initrd, let args)?:
                self = .kernel(artifact(kernel), initrd: initrd.map(artifact), args: args)
            case .ipxe(let script)?: self = .script(script)
            case nil: return nil
            }
        }
    }
}

extension OSIESpec {
    /// A file name under `baseURL`; a URL of its own stays.
    fileprivate func resolved(_ name: String) -> String {
        guard let baseURL, !name.contains("://") else { return artifact(name) }
        return artifact(baseURL.hasSuffix("/") ? baseURL + name : baseURL + "/" + name)
    }
}

/// A file under `{{artifacts}}/` by its artifact path: the plan's own routes serve it, and count the kernel as they do.
private func artifact(_ name: String) -> String {
    guard name.hasPrefix("{{"), let slash = name.firstIndex(of: "/") else { return name }
    return name[..<slash].filter { $0 != " " } == "{{\(Placeholder.artifacts.rawValue)}}"
        ? String(name[name.index(after: slash)...]) : name
}
