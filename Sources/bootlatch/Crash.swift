import Foundation
import Reconcile
import Synchronization

/// Named points at which the tests kill the daemon: `BOOTLATCH_CRASH_AT=pushed`. Debug builds only.
enum Crash {
    #if DEBUG
        /// The point to die at; `Stepped` can name another one later.
        static let next = Mutex(ProcessInfo.processInfo.environment["BOOTLATCH_CRASH_AT"])
    #endif

    static func reached(_ point: WriteBack.Checkpoint) { reached(point.rawValue) }

    static func reached(_ point: String) {
        #if DEBUG
            if next.withLock({ $0 }) == point { kill(getpid(), SIGKILL) }
        #endif
    }
}
