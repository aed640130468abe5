import Glibc
import Programs

/// A program that is kept open and asked again and again.
final class CoProcess {
    private let arguments: [String]
    private let pid: pid_t
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []
    private var position = 0

    init(_ arguments: [String], environment: [String: String]) throws {
        let (theirInput, input) = try socketPair()
        defer { close(theirInput) }
        self.arguments = arguments
        self.input = input
        do {
            (pid, output) = try spawnToSocket(arguments, environment: environment, input: theirInput)
        } catch {
            close(input)
            throw error
        }
    }

    deinit {
        close(input)
        close(output)
        reap(pid)
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
        guard let more = readSome(output) else { throw failure("ended") }
        buffer += more
    }

    private func failure(_ what: String) -> ProgramFailed {
        ProgramFailed(
            description: "\(arguments.joined(separator: " ")) \(what): \(String(decoding: buffer, as: UTF8.self))")
    }
}
