// compiles
import Inventory
import NIOCore

@testable import Boot

// The way it is done: the gate is asked, and its permit is used up.
func kernel(_ gate: Gate, _ artifacts: Artifacts, _ token: Token, _ now: Now) -> BootableBody? {
    switch gate.permitBytes(token, now: now) {
    case .granted(let permit): try? artifacts.open("vmlinuz", permit)
    case .refused: nil
    }
}

func piece(_ gate: Gate, _ body: inout BootableBody, _ now: Now) -> IOData? {
    switch gate.permitBytes(body.token, now: now) {
    case .granted(let permit): body.next(permit)?.data
    case .refused: nil
    }
}
