import Foundation
import Glibc

package struct ProgramFailed: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// How a program ended.
package enum ProgramEnd: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)
}

/// Starts a program of the search path; the caller waits for its end.
///
/// Not by Foundation's `Process`: it keeps the files that it is given open for good, looks through this process's
/// descriptors by copying 256 bytes of each entry (past the end of glibc's buffer once some 1,350 are open: a crash),
/// and now and then never tells that a program ended while others run.
///
/// - Parameters:
///   - folder: the program's working directory; nil is this process's.
///   - descriptors: ours, by the number under which the program finds them. Standard input, output and error are
///     `/dev/null` where they are missing.
///   - leadsGroup: whether it gets a process group of its own, to be ended with its children.
package func spawn(
    _ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment,
    in folder: String? = nil, descriptors: [Int32: Int32] = [:], leadsGroup: Bool = false
) throws(ProgramFailed) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for standard: Int32 in 0...2 where descriptors[standard] == nil {
        posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", standard == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    // In order: the numbers of standard streams are no descriptors of ours, and 3 may be one.
    for (theirs, ours) in descriptors.sorted(by: { $0.key < $1.key }) {
        posix_spawn_file_actions_adddup2(&actions, ours, theirs)
    }

    // Threads of ours may block every signal, and a program inherits that: it could not be ended.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETSIGMASK | (leadsGroup ? POSIX_SPAWN_SETPGROUP : 0)))

    let arguments = (folder.map { ["env", "-C", $0] } ?? []) + arguments
    var words = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + variables { free(pointer) } }
    var pid = pid_t()
    let status = posix_spawnp(&pid, arguments[0], &actions, &attributes, &words, &variables)
    guard status == 0 else {
        throw ProgramFailed(description: "\(arguments[0]) does not start: \(String(cString: strerror(status)))")
    }
    return pid
}

/// Waits for the end of a program.
@discardableResult
package func reap(_ pid: pid_t) -> ProgramEnd {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
}

/// Two connected descriptors. No program inherits one unless it is given it: an end that another child holds would never
/// close.
package func socketPair() throws(ProgramFailed) -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    // Sockets, because Swift's Glibc has no `pipe2`.
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
        throw ProgramFailed(description: "socketpair: \(String(cString: strerror(errno)))")
    }
    return (ends[0], ends[1])
}

/// What is there to read from it; nil at its end.
package func readSome(_ descriptor: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &bytes, bytes.count)
        if count > 0 { return Array(bytes[..<count]) }
        if count == 0 || errno != EINTR { return nil }
    }
}

/// Starts a program; its standard output and error go into the socket that is returned. The caller waits for it.
package func spawnToSocket(
    _ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment,
    in folder: String? = nil, input: Int32? = nil, leadsGroup: Bool = false
) throws(ProgramFailed) -> (pid: pid_t, output: Int32) {
    let (ours, theirs) = try socketPair()
    defer { close(theirs) }
    var descriptors: [Int32: Int32] = [1: theirs, 2: theirs]
    descriptors[0] = input
    do {
        let pid = try spawn(
            arguments, environment: environment, in: folder, descriptors: descriptors, leadsGroup: leadsGroup)
        return (pid, ours)
    } catch {
        close(ours)
        throw error
    }
}

/// Runs a program to its end, and returns what it wrote to standard output and error.
///
/// - Throws: `ProgramFailed` unless it exits with 0.
@discardableResult
package func runToEnd(
    _ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment, in folder: String? = nil
) throws(ProgramFailed) -> String {
    let (pid, output) = try spawnToSocket(arguments, environment: environment, in: folder)
    var bytes: [UInt8] = []
    while let more = readSome(output) { bytes += more }
    close(output)
    let end = reap(pid)
    let text = String(decoding: bytes, as: UTF8.self)
    guard end == .exit(0) else {
        throw ProgramFailed(description: "\(arguments.joined(separator: " ")) ended with \(end): \(text)")
    }
    return text
}
