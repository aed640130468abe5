import Inventory
import NIOCore

/// What a relay adds to a request (option 82, RFC 3046).
package struct RelayAgent: Sendable, Equatable {
    /// Suboption 19: the relay speaks from a port of its own, and wants the reply there (RFC 8357 §4).
    package var hasSourcePort: Bool
    /// Suboption 5: an address of the client's network, where the relay's own is of another one (RFC 3527 §3).
    package var link: IPv4Address?

    package init?(_ options: DHCPOptions) {
        guard var bytes = options[.relayAgent], let suboptions = try? bytes.readSuboptions(hasPads: false) else {
            return nil
        }
        hasSourcePort = suboptions.has(Self.sourcePort)
        link = suboptions.address(Self.linkSelection)
    }

    private static let linkSelection = DHCPOptions.Code(rawValue: 5)
    private static let sourcePort = DHCPOptions.Code(rawValue: 19)
}
