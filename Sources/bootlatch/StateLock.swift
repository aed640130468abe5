import Glibc

/// Holds the state folder for one process: two daemons on one journal would not see each other's latches.
///
/// The kernel lets go of it when the process ends, however it ends.
final class StateLock: Sendable {
    private let descriptor: Int32

    /// Nil where not even the lock can be opened: then the journal can't be written either, and everyone is refused.
    ///
    /// - Throws: `SettingsError` while another process holds the folder.
    init?(_ folder: String) throws {
        let path = folder + "/lock"
        var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { descriptor = open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw SettingsError(
                description:
                    "another Bootlatch uses the state folder \(folder): give each daemon a `state` of its own; "
                    + "`bootlatch reconcile` without --once asks the one that runs")
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
