extension Standing {
    /// A decision's explanation, with what this interface's own rules add to it.
    package func explanation(of decision: Decision, for mac: MACAddress, now: Now) -> String {
        let interface = inventory[mac]
        let general = decision.explanation(in: interface?.host.dialect ?? .hardwareV1Alpha1)
        guard case .localBoot(.held(let hold)) = decision, let interface else { return general }
        let settings = interface.settings
        switch hold {
        case .frozen where interface.state?.hold == nil:
            guard let thaw = settings.freeze.thaw(after: now.wall) else { return general }
            let until = thaw.until.map { "until \($0)" } ?? "without an end in sight"
            let reason = thaw.freeze.reason.map { " (\($0))" } ?? ""
            return
                "a policy's `freeze` holds \(until)\(reason); it ends with the freeze, and its deadline runs on meanwhile"
        default: return general
        }
    }
}
