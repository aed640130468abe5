import Glibc

/// Starts a program of the search path; its standard output and error go into the socket that is returned. The caller waits for it.
///
/// Not by Foundation's `Process`, which now and then never tells that a program ended while others run.
func spawn(
    _ arguments: [String], environment: [String: String], in folder: String? = nil
) throws -> (pid: pid_t, output: Int32) {
    var ends: [Int32] = [0, 0]
    // Closed on exec from the start: a program that another test starts meanwhile must not keep it open.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
        throw DaemonProcess.Failed(description: "socketpair: error \(errno)")
    }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    // Threads of the test block every signal, and a program inherits that: strace could not be ended.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let arguments = (folder.map { ["env", "-C", $0] } ?? []) + arguments
    var words = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + variables { free(pointer) } }
    var pid = pid_t()
    let status = posix_spawnp(&pid, arguments[0], &actions, &attributes, &words, &variables)
    guard status == 0 else {
        close(ends[0])
        throw DaemonProcess.Failed(description: "\(arguments[0]) does not start: error \(status)")
    }
    return (pid, ends[0])
}

/// What is there to read from it; nil at its end.
func readSome(_ descriptor: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16384)
    while true {
        let count = read(descriptor, &bytes, bytes.count)
        if count > 0 { return Array(bytes[..<count]) }
        if count == 0 || errno != EINTR { return nil }
    }
}

/// Waits for the end of a program.
func reap(_ pid: pid_t) -> DaemonProcess.End {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
}
