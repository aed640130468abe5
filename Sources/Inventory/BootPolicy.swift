/// Rules for the hosts that its selector picks (`kind: BootPolicy`). A field that is nil says nothing; the next less specific policy does.
package struct BootPolicy: Sendable, Equatable {
    /// All parts must match; an empty selector picks every host.
    package struct Selector: Sendable, Hashable, Codable {
        package var matchLabels: [String: String]
        /// Globs over `namespace/name` or, without a slash, over the name.
        package var names: [String]
        /// Globs over the path of the manifest's file.
        package var paths: [String]

        package init(matchLabels: [String: String] = [:], names: [String] = [], paths: [String] = []) {
            self.matchLabels = matchLabels
            self.names = names
            self.paths = paths
        }
    }

    package enum Netboot: String, Sendable, CaseIterable { case allow, never }

    /// What a MAC that nobody knows gets in the network of a host that waits to be seen.
    package enum Introduce: String, Sendable, CaseIterable { case loader, nothing }

    package var name: String
    package var location: SourceLocation
    package var selector: Selector
    package var netboot: Netboot?
    /// Name of a `BootProfile`, for hosts that bring no `ipxe` or `osie` of their own.
    package var profile: String?
    package var attempts: AttemptsPolicy
    /// Seconds from the arming to its deadline, 60 or more.
    package var expireAfter: Int64?
    package var refuse: RefusePolicy
    /// Hosts that one commit may arm, 1 or more.
    package var armedPerCommit: Int?
    /// Times in which nothing netboots. An empty list lifts those of less specific policies.
    package var freeze: [Freeze]?
    /// Seconds without a good fetch after which new boots are held, 60 or more.
    package var outdatedAfter: Int64?
    /// Hosts that may netboot at once, 1 or more: the armings that are older go first.
    package var armedAtOnce: Int?
    package var require: RequirePolicy
    /// Nothing netboots for these hosts; no other policy lifts it.
    package var suspend: Stop?
    package var introduce: Introduce?
    /// Where each field that says something stands, as a policy writes it: `require.serial`.
    package var fields: [String: SourceLocation] = [:]

    package init(
        name: String, location: SourceLocation, selector: Selector = Selector(), netboot: Netboot? = nil,
        profile: String? = nil,
        attempts: AttemptsPolicy = AttemptsPolicy(), expireAfter: Int64? = nil, refuse: RefusePolicy = RefusePolicy(),
        armedPerCommit: Int? = nil, freeze: [Freeze]? = nil, outdatedAfter: Int64? = nil, armedAtOnce: Int? = nil,
        require: RequirePolicy = RequirePolicy(), introduce: Introduce? = nil, suspend: Stop? = nil
    ) {
        self.name = name
        self.location = location
        self.selector = selector
        self.netboot = netboot
        self.profile = profile
        self.attempts = attempts
        self.expireAfter = expireAfter
        self.refuse = refuse
        self.armedPerCommit = armedPerCommit
        self.freeze = freeze
        self.outdatedAfter = outdatedAfter
        self.armedAtOnce = armedAtOnce
        self.require = require
        self.suspend = suspend
        self.introduce = introduce
    }
}

/// How many boots one arming may let in.
package struct Attempts: Sendable, Hashable {
    /// Boots whose kernel was served whole, 1 or more.
    package var full: Int
    /// Boots that died before that, 1 or more.
    package var early: Int

    package init(full: Int = 1, early: Int = 3) {
        self.full = full
        self.early = early
    }

    /// The fewer of both.
    package func stricter(_ other: Attempts) -> Attempts {
        Attempts(full: min(full, other.full), early: min(early, other.early))
    }
}

/// `attempts` of a `BootPolicy`; nil says nothing.
package struct AttemptsPolicy: Sendable, Hashable {
    package var full: Int?
    package var early: Int?

    package init(full: Int? = nil, early: Int? = nil) {
        self.full = full
        self.early = early
    }
}

/// How a refusal looks to the client (`refuse` of a `BootPolicy`); nil says nothing.
package struct RefusePolicy: Sendable, Hashable {
    package enum PXE: String, Sendable, CaseIterable { case auto, silent, offer, tftpError, loader }
    package enum HTTP: String, Sendable, CaseIterable { case auto, silent, notFound = "404", loader }

    /// One step of a refusing iPXE script; the script tries them in order.
    package enum Step: Sendable, Hashable {
        /// BIOS drive number: `sanboot:0x80` (first disk) or `sanboot:0`.
        case sanboot(drive: String)
        /// `exit` or `exit:1`: back to the firmware with that status.
        case exit(status: Int?)
        /// GRUB from the disk's EFI system partition or MBR.
        case grubLocal
        case poweroff
        /// A script of one's own, as text.
        case script(String)
    }

    package var pxe: PXE?
    package var http: HTTP?
    package var bios: [Step]?
    package var uefi: [Step]?

    /// What a refusing script tries on BIOS, and on UEFI.
    package var biosSteps: [Step] { bios ?? [.sanboot(drive: "0x80")] }
    package var uefiSteps: [Step] { uefi ?? [.exit(status: 1)] }

    package init(pxe: PXE? = nil, http: HTTP? = nil, bios: [Step]? = nil, uefi: [Step]? = nil) {
        self.pxe = pxe
        self.http = http
        self.bios = bios
        self.uefi = uefi
    }
}

/// What must be shown beside `allowPXE: true` (`require` of a `BootPolicy`); nil says nothing.
package struct RequirePolicy: Sendable, Hashable {
    /// The machine shows the serial that its manifest names.
    package var serial: Bool?
    /// The machine shows the UUID that its manifest names.
    package var uuid: Bool?
    /// Only a changed annotation `bootlatch.dev/arm` arms.
    package var armID: Bool?
    /// One of these signers signed the commit that arms; not empty.
    package var signedBy: Set<String>?

    package init(serial: Bool? = nil, uuid: Bool? = nil, armID: Bool? = nil, signedBy: Set<String>? = nil) {
        self.serial = serial
        self.uuid = uuid
        self.armID = armID
        self.signedBy = signedBy
    }
}

/// What to boot, for hosts that bring no `ipxe` or `osie` of their own (`kind: BootProfile`).
package struct BootProfile: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// `kernel` and each `initrd`: an artifact path, or an http(s) URL.
        case kernel(String, initrd: [String], args: [String])
        /// An iPXE script, as text.
        case ipxe(String)
    }

    package var name: String
    package var location: SourceLocation
    package var source: Source
    /// By their names: `user-data`. One that can't be used ends all booting by this profile.
    package var answers: [String: Answer]

    package init(name: String, location: SourceLocation, source: Source, answers: [String: Answer] = [:]) {
        self.name = name
        self.location = location
        self.source = source
        self.answers = answers
    }
}
