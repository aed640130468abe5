/// What a client shows of itself.
package struct Sighting: Sendable, Equatable {
    package var mac: MACAddress
    /// Processor architecture of RFC 4578 §2.1: 0 BIOS, 7 and 9 x64 UEFI, 16 x64 UEFI HTTP, ...
    package var architecture: UInt16?
    /// Lower case with hyphens, as SMBIOS prints it.
    package var uuid: String?
    package var serial: String?
    /// Option 60 of RFC 2132.
    package var clientClass: String?
    /// `giaddr` of RFC 2131.
    package var relay: IPv4Address?
    /// An address of the network that it asked from, where a packet tells: its relay's, or ours.
    package var link: IPv4Address?
    package var address: IPv4Address?
    /// A script request shows all that the machine has to show: what is missing there is missing on the machine. A packet of the
    /// firmware shows less, and nothing follows from what it leaves out.
    package var isComplete: Bool

    package init(
        mac: MACAddress, architecture: UInt16? = nil, uuid: String? = nil, serial: String? = nil,
        clientClass: String? = nil,
        relay: IPv4Address? = nil, link: IPv4Address? = nil, address: IPv4Address? = nil, isComplete: Bool = false
    ) {
        self.mac = mac
        self.architecture = architecture
        self.uuid = uuid
        self.serial = serial
        self.clientClass = clientClass
        self.relay = relay
        self.link = link
        self.address = address
        self.isComplete = isComplete
    }
}

/// The answer for a sighting.
package enum Decision: Sendable, Equatable {
    case netboot(Plan)
    case localBoot(Refusal)
    /// A MAC that no manifest names, where a host waits to be seen: a loader, and nothing that boots.
    case introduce(Introduction)
    case ignore(Unknown)

    package enum Unknown: String, Sendable {
        /// No manifest names this MAC: we don't touch machines that we don't know.
        case unknown
        /// The token is none of ours.
        case unknownToken
    }
}

/// Why an unknown MAC gets a loader.
package enum Introduction: Sendable, Equatable {
    /// It shows the UUID of the interface with this key.
    case uuid(MACAddress)
    /// A policy says `introduce: loader` in the network that it asks from, here the one of the interface with this key.
    case network(MACAddress)

    package var key: MACAddress {
        switch self {
        case .uuid(let key), .network(let key): key
        }
    }
}

/// Why a known machine boots its disk.
package enum Refusal: Sendable, Hashable {
    case off
    case spent(Ending)
    case held(Hold)
    case suspended(Suspension)
    /// A policy says `netboot: never`.
    case never
    /// On and armed, but neither the manifest nor a policy says what to boot.
    case noPlan
    /// The journal can't be written.
    case journal
    /// A newer arming took this boot's place.
    case superseded
    /// Nobody knows its MAC yet.
    case waiting
}

/// What a machine is told to boot, most specific source first.
package enum Plan: Sendable, Equatable {
    /// An iPXE script with placeholders.
    case script(String)
    /// A URL to chain to.
    case chain(String)
    /// Kernel and initrds as artifact paths or URLs, with the kernel's arguments.
    case kernel(String, initrd: [String], args: [String])
}

/// What a route serves.
package enum RouteKind: String, Sendable, CaseIterable {
    /// Script, kernel, initrd, artifacts: with them a machine installs.
    case bootable
    /// What an installer asks for about itself.
    case answers
}
