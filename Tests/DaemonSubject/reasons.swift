/// A reason that the daemon prints, in the oracle's words. Every other text is an error: no comparison may pass because nobody
/// knows what was said.
struct UnknownReason: Error, CustomStringConvertible {
    let text: String

    var description: String { "nobody knows this reason: \(text)" }
}

/// Of the control socket: `decision` and `reason` of `/v1/status` and `/v1/why`.
func reason(decision: String, reason: String) throws -> String {
    switch (decision, reason) {
    case ("netboot", "armed"): return "netboot"
    case ("ignore", "unknown"): return "unknown"
    case ("localBoot", "off"), ("localBoot", "never"), ("localBoot", "noPlan"), ("localBoot", "journal"): return reason
    case ("localBoot", _) where hasCause(reason, separator: ":"): return reason
    default: throw UnknownReason(text: "\(decision), \(reason)")
    }
}

/// Of the provisioning network, as a machine's console shows it.
func reason(console text: String) throws -> String {
    switch text {
    case "netboot is off": return "off"
    case "a policy says never": return "never"
    case "nothing to boot is named": return "noPlan"
    case "the journal can't be written": return "journal"
    case "a newer arming took its place": return "superseded"
    // Of a MAC, and of a token: the oracle has one word for both.
    case "unknown", "unknownToken": return "unknown"
    default:
        guard hasCause(text, separator: ": ") else { throw UnknownReason(text: text) }
        return text.replacing(": ", with: ":")
    }
}

private func hasCause(_ text: String, separator: String) -> Bool {
    ["spent", "held", "suspended"].contains {
        text.hasPrefix($0 + separator) && text.count > $0.count + separator.count
    }
}
