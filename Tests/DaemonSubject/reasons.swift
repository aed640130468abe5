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
    case ("localBoot", _) where hasCause(reason): return reason
    default: throw UnknownReason(text: "\(decision), \(reason)")
    }
}

/// Of the provisioning network, as a machine's console shows it.
func reason(console text: String) throws -> String {
    // Of a MAC, and of a token: the oracle has one word for both.
    if ["unknown", "unknownToken"].contains(text) { return "unknown" }
    guard text != "superseded" else { return text }
    return try reason(decision: "localBoot", reason: text)
}

private func hasCause(_ text: String) -> Bool {
    ["spent:", "held:", "suspended:"].contains { text.hasPrefix($0) && text.count > $0.count }
}
