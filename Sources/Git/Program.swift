import CGitTransport
import Glibc

/// How a program ended, and what it said.
struct ProgramResult: Sendable {
    let status: Int32
    let output: String
    let errors: String

    /// What to show of a failure.
    var reason: String {
        let text = (errors.isEmpty ? output : errors).split(separator: "\n").joined(separator: "; ")
        return text.isEmpty ? "it ended with status \(status)" : text
    }
}

/// Runs a program without input, in an environment without `GIT_...` variables, until it ends or `operation` does:
/// then it and its children are told to stop, and after two seconds are killed.
func run(
    _ arguments: [String], environment: [String: String] = [:], until operation: Operation
) throws(GitError) -> ProgramResult {
    var output = try SocketPair()
    var errors = try SocketPair()
    let wake = try SocketPair()
    let child = try spawn(arguments, environment, output: output.writing, errors: errors.writing)
    output.closeWriting()
    errors.closeWriting()

    var collected = [Collected(output.reading), Collected(errors.reading)]
    var polled = [
        pollfd(fd: output.reading, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errors.reading, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
    ]
    var patience: Int32 = -1
    if !operation.attach(wake.reading) { (patience, polled[2].fd) = (stop(child), -1) }
    defer { operation.detach(wake.reading) }
    while collected.contains(where: \.isOpen) {
        let ready = poll(&polled, nfds_t(polled.count), patience)
        if ready < 0 && errno == EINTR { continue }
        if ready <= 0 {
            kill(-child, SIGKILL)
            break
        }
        for index in collected.indices where polled[index].revents != 0 {
            collected[index].read()
            if !collected[index].isOpen { polled[index].fd = -1 }
        }
        if polled[2].revents != 0 { (patience, polled[2].fd) = (stop(child), -1) }
    }

    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    if operation.ending != nil { throw .cancelled }
    let signal = status & 0x7f
    return ProgramResult(
        status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: collected[0].text, errors: collected[1].text)
}

/// Asks the child's process group to stop (git then removes its lock files); returns how long to wait, in milliseconds.
private func stop(_ child: pid_t) -> Int32 {
    kill(-child, SIGTERM)
    return 2_000
}

/// Starts a program, in a process group of its own, with `additions` to its environment. The caller waits for it.
func spawn(
    _ arguments: [String], _ additions: [String: String], output: Int32, errors: Int32
) throws(GitError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)

    // A group of its own, to stop it with its children; no signal mask, because dispatch's threads block all signals.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)

    var environment = inheritedEnvironment().merging(["GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"]) { $1 }
    environment.merge(additions) { $1 }
    var child: pid_t = 0
    let code = withCStrings(arguments) { argv in
        withCStrings(environment.map { "\($0)=\($1)" }) { envp in
            posix_spawnp(&child, arguments[0], &actions, &attributes, argv, envp)
        }
    }
    guard code == 0 else {
        let package = arguments[0] == "ssh-keygen" ? "openssh-client" : arguments[0]
        let missing = code == ENOENT ? ": install it (Debian: apt-get install \(package))" : ""
        throw .program(arguments[0], reason: String(cString: strerror(code)) + missing)
    }
    return child
}

/// This process's environment without `GIT_...` variables, which would point the program at other repositories.
private func inheritedEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    guard var next = cgit_environment() else { return result }
    while let entry = next.pointee {
        let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].hasPrefix("GIT_") { result[String(parts[0])] = String(parts[1]) }
        next += 1
    }
    // `HostKeys` changes it for libgit2.
    result["HOME"] = userHome
    return result
}

private func withCStrings<T>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T) -> T {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}

/// Two connected descriptors, closed with it. Sockets, because an operation ends by `shutdown`.
struct SocketPair: ~Copyable {
    let reading: Int32
    private(set) var writing: Int32

    init() throws(GitError) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw .program("socketpair", reason: String(cString: strerror(errno)))
        }
        (reading, writing) = (ends[0], ends[1])
    }

    mutating func closeWriting() {
        close(writing)
        writing = -1
    }

    deinit {
        close(reading)
        if writing >= 0 { close(writing) }
    }
}

/// What came out of one descriptor; what exceeds the limit is read and dropped, so that the program can go on.
private struct Collected {
    private static let limit = 1 << 20
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private(set) var isOpen = true

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func read() {
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 {
                bytes.append(contentsOf: buffer.prefix(min(count, Self.limit - bytes.count)))
            } else if count == 0 || errno != EINTR {
                isOpen = false
            }
        }
    }
}
