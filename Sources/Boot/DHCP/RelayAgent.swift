import NIOCore

/// What a relay adds to a request (option 82, RFC 3046).
package struct RelayAgent: Sendable, Equatable {
    /// Suboption 19: the relay speaks from a port of its own, and wants the reply there (RFC 8357 §4).
    package var hasSourcePort: Bool

    package init?(_ options: DHCPOptions) {
        guard var bytes = options[.relayAgent], let suboptions = try? bytes.readSuboptions(hasPads: false) else {
            return nil
        }
        hasSourcePort = suboptions.has(Self.sourcePort)
    }

    private static let sourcePort = DHCPOptions.Code(rawValue: 19)
}
