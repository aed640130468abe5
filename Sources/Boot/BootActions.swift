import Inventory
import NIOCore

/// What the boot plane asks of the rest of the daemon.
package struct BootActions: Sendable {
    /// Lets a sighting in that the gate would let in: fetches for an arming's first script, writes the attempt to disk, asks again.
    package var admit: @Sendable (Sighting) async -> Admission
    /// Hears the script request of a MAC that no manifest names: it may be a host that waits to be seen. Binds, and boots nothing.
    package var introduce: @Sendable (Sighting) async -> Acquaintance
    /// The script of a boot that was let in.
    package var render: @Sendable (borrowing BootPermit, ScriptContext) -> String
    /// The profile's answer of this name, for this boot; nil where it has none.
    package var answer: @Sendable (borrowing AnswerPermit, String, BootURLs) -> String?
    /// The first byte of a boot's kernel is out (`started`), or every byte of it (`whole`), or it comes from elsewhere (`unseen`).
    /// Returns when that is on disk.
    package var kernelProgress: @Sendable (Token, Boot.Kernel) async -> Void
    /// Takes a webhook; 200 only when latch and intent are on disk.
    package var report: @Sendable (HookRequest) async -> HookResponse
    /// Hears every sighting with its decision. Called on event loops: it must not block.
    package var saw: @Sendable (Sighting, Decision, BootRoute) -> Void
    package var now: @Sendable () -> Now
    /// The kernel's neighbour table, for addresses that we did not lease.
    package var neighbour: @Sendable (IPv4Address) -> MACAddress?

    package init(
        admit: @escaping @Sendable (Sighting) async -> Admission,
        introduce: @escaping @Sendable (Sighting) async -> Acquaintance = { _ in .stranger },
        render: @escaping @Sendable (borrowing BootPermit, ScriptContext) -> String,
        answer: @escaping @Sendable (borrowing AnswerPermit, String, BootURLs) -> String? = { _, _, _ in nil },
        kernelProgress: @escaping @Sendable (Token, Boot.Kernel) async -> Void,
        report: @escaping @Sendable (HookRequest) async -> HookResponse,
        saw: @escaping @Sendable (Sighting, Decision, BootRoute) -> Void = { _, _, _ in },
        now: @escaping @Sendable () -> Now,
        neighbour: @escaping @Sendable (IPv4Address) -> MACAddress? = { Neighbours.mac(of: $0) }
    ) {
        self.admit = admit
        self.introduce = introduce
        self.render = render
        self.answer = answer
        self.kernelProgress = kernelProgress
        self.report = report
        self.saw = saw
        self.now = now
        self.neighbour = neighbour
    }
}

/// What `admit` answers.
package enum Admission: Sendable {
    /// The attempt is on disk, and the gate's ledger holds this boot.
    case boot(Boot)
    case refused(Decision)
}

/// What `introduce` answers.
package enum Acquaintance: Sendable, Equatable {
    /// Nobody that we wait for, or not for sure.
    case stranger
    /// The commit that writes its MAC is owed, on disk: it asks again until the MAC is known.
    case expected(Host.ID, RefusePolicy)
}

/// What a script is rendered from, besides the permit's boot and plan.
package struct ScriptContext: Sendable {
    package var sighting: Sighting
    package var interface: Interface
    package var urls: BootURLs

    package init(sighting: Sighting, interface: Interface, urls: BootURLs) {
        self.sighting = sighting
        self.interface = interface
        self.urls = urls
    }
}

/// Where a client was seen.
package enum BootRoute: String, Sendable, CaseIterable {
    case dhcp, pxe, tftp, script, stub, loader, kernel, initrd, artifact, answer, hook

    /// Those that ask for a decision on a sighting.
    package static let asking: [BootRoute] = [.dhcp, .pxe, .tftp, .loader, .script]
}

/// A report that came to `/hooks/TOKEN`.
package struct HookRequest: Sendable {
    package enum Kind: String, Sendable, CaseIterable { case success, failed, progress }

    package var token: Token
    package var kind: Kind
    package var contentType: String?
    /// 1 MiB at most.
    package var body: [UInt8]
    package var source: IPv4Address?

    package init(token: Token, kind: Kind, contentType: String? = nil, body: [UInt8] = [], source: IPv4Address? = nil) {
        self.token = token
        self.kind = kind
        self.contentType = contentType
        self.body = body
        self.source = source
    }
}

package struct HookResponse: Sendable, Equatable {
    /// 200, or 503 while the report can't be written to disk, ...
    package var status: Int
    package var body: String

    package init(status: Int = 200, body: String = "ok\n") {
        self.status = status
        self.body = body
    }
}
