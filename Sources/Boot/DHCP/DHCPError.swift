/// What is wrong with a DHCP packet.
package enum DHCPError: Error, Equatable, CustomStringConvertible {
    /// Shorter than the 240 bytes of BOOTP's fields and the magic cookie.
    case truncatedHeader
    /// Plain BOOTP, or no DHCP at all (RFC 2131 §3).
    case noMagicCookie
    /// An option is longer than its field.
    case truncatedOption(DHCPOptions.Code)
    /// A field of options without `end` (RFC 2131 §4.1).
    case missingEnd
    /// Option 52 with a value that RFC 2132 §9.3 does not know.
    case overload(UInt8)

    package var description: String {
        switch self {
        case .truncatedHeader: "shorter than a DHCP header"
        case .noMagicCookie: "no DHCP magic cookie"
        case .truncatedOption(let code): "option \(code.rawValue) is cut off"
        case .missingEnd: "the options don't end"
        case .overload(let value): "option 52 says \(value)"
        }
    }
}
