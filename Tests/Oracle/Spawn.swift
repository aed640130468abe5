import Glibc

package struct ProgramFailed: Error, CustomStringConvertible {
    let arguments: [String]
    let status: Int32
    let output: String

    package var description: String { "\(arguments.joined(separator: " ")) ended with \(status): \(output)" }
}

/// Starts `arguments` with the two ends of pipes as standard input and output; standard error goes where output goes.
private func start(_ arguments: [String], environment: [String], input: Int32?, output: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
        posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid = pid_t()
    let status = posix_spawnp(&pid, arguments[0], &actions, nil, &argv, &envp)
    guard status == 0 else { throw ProgramFailed(arguments: arguments, status: status, output: "did not start") }
    return pid
}

/// Sockets, because Swift's Glibc has no `pipe2`, and an end that another child inherits would never close.
private func pipePair() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
        throw ProgramFailed(arguments: ["socketpair"], status: errno, output: "")
    }
    return (ends[0], ends[1])
}

private func wait(_ pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return status
}

/// Runs a program to its end and returns what it printed.
func run(_ arguments: [String], environment: [String]) throws -> String {
    let (read, write) = try pipePair()
    let pid: pid_t
    do {
        pid = try start(arguments, environment: environment, input: nil, output: write)
    } catch {
        close(read)
        close(write)
        throw error
    }
    close(write)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    while true {
        let count = Glibc.read(read, &chunk, chunk.count)
        if count > 0 { bytes += chunk[..<count] } else if count == 0 || errno != EINTR { break }
    }
    close(read)
    let status = wait(pid)
    let output = String(decoding: bytes, as: UTF8.self)
    guard status == 0 else { throw ProgramFailed(arguments: arguments, status: status, output: output) }
    return output
}

/// A program that is kept open and asked again and again.
final class CoProcess {
    private let arguments: [String]
    private let pid: pid_t
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []
    private var position = 0

    init(_ arguments: [String], environment: [String]) throws {
        let (theirInput, input) = try pipePair()
        let (output, theirOutput) = try pipePair()
        self.arguments = arguments
        self.input = input
        self.output = output
        pid = try start(arguments, environment: environment, input: theirInput, output: theirOutput)
        close(theirInput)
        close(theirOutput)
    }

    deinit {
        close(input)
        close(output)
        _ = wait(pid)
    }

    func send(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count > 0 { bytes = bytes.dropFirst(count) } else if errno != EINTR { throw failure("closed its input") }
        }
    }

    func line() throws -> String {
        while true {
            if let end = buffer[position...].firstIndex(of: 10) {
                defer { position = end + 1 }
                return String(decoding: buffer[position..<end], as: UTF8.self)
            }
            try fill()
        }
    }

    func bytes(_ count: Int) throws -> [UInt8] {
        while buffer.count - position < count { try fill() }
        defer { position += count }
        return Array(buffer[position..<position + count])
    }

    private func fill() throws {
        buffer.removeFirst(position)
        position = 0
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(output, &chunk, chunk.count)
        if count > 0 { buffer += chunk[..<count] } else if count == 0 || errno != EINTR { throw failure("ended") }
    }

    private func failure(_ what: String) -> ProgramFailed {
        ProgramFailed(arguments: arguments, status: -1, output: "\(what): \(String(decoding: buffer, as: UTF8.self))")
    }
}
