import Foundation
import Glibc
import Programs
import Synchronization

/// `bootlatch serve` as a process of its own.
final class DaemonProcess: Sendable {
    struct Failed: Error, CustomStringConvertible { var description: String }

    /// Built beside the program that asks.
    static var program: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path + "/bootlatch"
    }

    let httpPort: Int
    let tftpPort: Int
    private let pid: pid_t
    /// Held open by the daemon and whatever it starts: at its end all of them are gone.
    private let lifeline: Int32
    private let lines: Mutex<[String]>
    private let isReaped = Mutex(false)

    /// Returns when the daemon serves.
    init(_ arguments: [String], environment: [String: String]) throws {
        let (output, theirOutput) = try socketPair()
        let (lifeline, theirLifeline) = try socketPair()
        defer {
            close(theirOutput)
            close(theirLifeline)
        }
        let pid = try spawn(
            [Self.program] + arguments, environment: environment,
            descriptors: [1: theirOutput, 2: theirOutput, 3: theirLifeline])
        var log = Lines(output)
        var (serving, control): (String?, String?)
        while serving == nil || control == nil {
            guard let line = log.next(within: 60) else {
                Glibc.kill(pid, SIGKILL)
                reap(pid)
                close(output)
                close(lifeline)
                throw Failed(description: "the daemon does not serve:\n\(log.all.joined(separator: "\n"))")
            }
            if line.contains(" serving") { serving = line }
            if line.contains("socket=") { control = line }
        }
        self.pid = pid
        self.lifeline = lifeline
        lines = Mutex(log.all)
        httpPort = port(in: serving ?? "", after: " http=")
        tftpPort = port(in: serving ?? "", after: " tftp=")
        Thread.detachNewThread { [weak self, log] in
            var rest = log
            while let line = rest.next(within: -1) { self?.lines.withLock { $0.append(line) } }
            close(output)
        }
    }

    deinit {
        end()
        close(lifeline)
    }

    var log: [String] { lines.withLock { $0 } }

    /// `kill -9` after a while. Call `end` afterwards.
    func kill(after pause: Duration) {
        let microseconds = Int(pause / .microseconds(1))
        DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(microseconds)) { [weak self] in
            self?.kill()
        }
    }

    private func kill() { isReaped.withLock { if !$0 { Glibc.kill(pid, SIGKILL) } } }

    /// Kills it, and returns when it and every program that it started are gone: a push that it began may still arrive.
    func end() {
        kill()
        isReaped.withLock { isReaped in
            if !isReaped { reap(pid) }
            isReaped = true
        }
        var byte: UInt8 = 0
        var wait = pollfd(fd: lifeline, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&wait, 1, 20_000)
            if ready < 0 && errno == EINTR { continue }
            if ready <= 0 || read(lifeline, &byte, 1) <= 0 { return }
        }
    }
}

/// The lines that come out of a descriptor.
private struct Lines {
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private(set) var all: [String] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Nil at the end, or after so many seconds; -1 waits for ever.
    mutating func next(within seconds: Int32) -> String? {
        while true {
            if let end = bytes.firstIndex(of: 10) {
                all.append(String(decoding: bytes[..<end], as: UTF8.self))
                bytes.removeFirst(end + 1)
                return all.last
            }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, seconds < 0 ? -1 : seconds * 1000) > 0 else { return nil }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
    }
}

private func port(in line: String, after mark: String) -> Int {
    guard let range = line.firstRange(of: mark) else { return 0 }
    return Int(line[range.upperBound...].prefix { $0.isNumber }) ?? 0
}
