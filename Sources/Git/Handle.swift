import CGitTransport
import CLibgit2

/// Owns one libgit2 object and frees it.
struct Handle: ~Copyable {
    let pointer: OpaquePointer
    private let free: @convention(c) (OpaquePointer?) -> Void

    /// Calls `make` and checks what it says. `doing` completes the sentence "cannot ...".
    init(
        _ doing: @autoclosure () -> String, free: @escaping @convention(c) (OpaquePointer?) -> Void,
        make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(GitError) {
        var made: OpaquePointer?
        try check(doing(), make(&made))
        guard let made else { throw .library(doing: doing(), reason: "libgit2 made nothing") }
        pointer = made
        self.free = free
    }

    deinit { free(pointer) }
}

/// libgit2's settings are the process's: made once, before its first use.
///
/// - No configuration outside the mirror is read: a proxy or an `insteadOf` in some home directory must not redirect a
///   daemon. Proxies come from the environment.
/// - Repositories of other users are opened. libgit2 runs no program that a repository names, so reading one harms
///   nobody, and a path remote usually belongs to a git user. The `git` program, which would run hooks, keeps its check.
/// - Objects and refs are synced: a mirror with empty objects after a power cut could only be cloned anew.
private let library: Int32 = {
    let version = git_libgit2_init()
    for level in [
        GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
    ] {
        cgit_set_config_path(level.rawValue, "")
    }
    cgit_set_owner_validation(false)
    cgit_set_fsync(true)
    cgit_register_stream()
    return version
}()

/// To be called before the first handle is made.
func startLibrary() throws(GitError) {
    try check("start libgit2", library)
}

/// Turns libgit2's result into an error, with its text, which belongs to this thread: call it before any `await`.
func check(_ doing: @autoclosure () -> String, _ code: Int32) throws(GitError) {
    guard code < 0 else { return }
    throw .library(doing: doing(), reason: libraryReason())
}

/// The text of this thread's last failure. Clears it, because some failures set none and would show a stale one.
func libraryReason() -> String {
    guard let error = git_error_last(), let message = error.pointee.message else { return "libgit2 gives no reason" }
    defer { git_error_clear() }
    return String(cString: message)
}
