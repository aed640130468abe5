import Inventory

/// What a machine that may not netboot runs: the policy's steps, one after the other until one works.
///
/// A plain `exit` leaves some UEFI firmware in its setup screen, so every list ends in a failure.
package func refusingScript(_ refusal: Refusal, _ refuse: RefusePolicy, isUEFI: Bool) -> String {
    let steps = isUEFI ? refuse.uefiSteps : refuse.biosSteps
    var lines = ["#!ipxe", "echo Bootlatch: this machine boots its disk (\(refusal.reason))"]
    for step in steps { lines.append(step.command(isUEFI: isUEFI)) }
    if case .exit? = steps.last {} else { lines.append("exit 1") }
    return lines.joined(separator: "\n") + "\n"
}

extension RefusePolicy.Step {
    /// A command that fails must not end the script: `||` goes on to the next line.
    fileprivate func command(isUEFI: Bool) -> String {
        switch self {
        case .sanboot(let drive): "sanboot --no-describe --drive \(drive) ||"
        case .exit(nil): "exit"
        case .exit(let status?): "exit \(status)"
        case .grubLocal where isUEFI: "sanboot --no-describe --drive 0 --filename \\EFI\\BOOT\\BOOTX64.EFI ||"
        case .grubLocal: "sanboot --no-describe --drive 0x80 ||"
        case .poweroff: "poweroff ||"
        case .script(let text): text.hasPrefix("#!ipxe") ? String(text.drop { !$0.isNewline }.dropFirst()) : text
        }
    }
}
