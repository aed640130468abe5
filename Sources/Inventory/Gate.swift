import Synchronization

/// What every decision is made from.
package struct Standing: Sendable {
    package var inventory: Inventory
    package var ledger: Ledger

    package init(inventory: Inventory = Inventory(), ledger: Ledger = Ledger()) {
        self.inventory = inventory
        self.ledger = ledger
    }
}

/// The one published pair of inventory and ledger, and the only maker of permits.
///
/// The lock is held for a copy of two references and a few words (tens of nanoseconds), so that a packet never waits.
package final class Gate: Sendable {
    private let standing: Mutex<Standing>

    package init(_ standing: Standing = Standing()) { self.standing = Mutex(standing) }

    package var current: Standing { standing.withLock { $0 } }

    /// Inventory has one writer, the reconciler; the ledger has one, the journal.
    package func update(_ change: (inout sending Standing) -> Void) { standing.withLock { change(&$0) } }

    /// Asks whether this machine may get its script as this boot, which is in the journal already.
    package func permitScript(_ sighting: Sighting, boot: Boot, now: Now) -> Permission<BootPermit> {
        let standing = current
        guard standing.ledger[boot.token] != nil else { return .refused(.localBoot(.held(.noRecord))) }
        var sighting = sighting
        sighting.isComplete = true
        switch decideBoot(sighting, in: standing, now: now) {
        case .netboot(let plan): return .granted(BootPermit(boot: boot, plan: plan))
        case let refused: return .refused(refused)
        }
    }

    /// Asks whether a boot that was let in may go on to its kernel, initrd and artifacts.
    package func permitBytes(_ token: Token, now: Now) -> Permission<BootPermit> {
        let standing = current
        switch continueBoot(token, .bootable, in: standing, now: now) {
        case .netboot(let plan):
            guard let boot = standing.ledger[token] else { return .refused(.ignore(.unknownToken)) }
            return .granted(BootPermit(boot: boot, plan: plan))
        case let refused: return .refused(refused)
        }
    }

    /// Asks whether an installer may have the answers of a boot that was let in; they outlive its report by half an hour.
    package func permitAnswers(_ token: Token, now: Now) -> Permission<AnswerPermit> {
        let standing = current
        switch continueBoot(token, .answers, in: standing, now: now) {
        case .netboot:
            guard let boot = standing.ledger[token], let interface = standing.inventory[boot.mac] else {
                return .refused(.ignore(.unknownToken))
            }
            return .granted(AnswerPermit(boot: boot, interface: interface))
        case let refused: return .refused(refused)
        }
    }
}

/// The right to send one response of bootable bytes. Only the gate makes one, and sending uses it up, so that a route which forgot
/// to ask does not compile.
package struct BootPermit: ~Copyable, Sendable {
    package let boot: Boot
    package let plan: Plan

    fileprivate init(boot: Boot, plan: Plan) {
        self.boot = boot
        self.plan = plan
    }
}

/// The right to send one answer. It opens no bootable byte.
package struct AnswerPermit: ~Copyable, Sendable {
    package let boot: Boot
    /// The machine as its manifest and its policies describe it now.
    package let interface: Interface

    fileprivate init(boot: Boot, interface: Interface) {
        self.boot = boot
        self.interface = interface
    }
}

/// What the gate answers.
package enum Permission<Permit: ~Copyable & Sendable>: ~Copyable, Sendable {
    case granted(Permit)
    case refused(Decision)
}
