import Foundation
import Reconcile

/// Named points at which the tests kill the daemon: `BOOTLATCH_CRASH_AT=pushed`. Debug builds only.
enum Crash {
    static func reached(_ point: WriteBack.Checkpoint) { reached(point.rawValue) }

    static func reached(_ point: String) {
        #if DEBUG
            if ProcessInfo.processInfo.environment["BOOTLATCH_CRASH_AT"] == point { kill(getpid(), SIGKILL) }
        #endif
    }
}
