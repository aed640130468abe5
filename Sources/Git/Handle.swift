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
