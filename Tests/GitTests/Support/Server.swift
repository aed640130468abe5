import Foundation
import Glibc
import Synchronization

/// A server process of a test, ended with the last reference to it.
final class Server: Sendable {
    private let process: Mutex<Process>
    let port: Int

    /// Starts the program and waits for the line, on either output, that `port` can read a port from.
    init(_ name: String, _ arguments: [String], port: (Substring) -> Int?) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.environment = cleanEnvironment.merging(["PATH": "\(cleanEnvironment["PATH"] ?? ""):/usr/sbin"]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = Data()
        while true {
            let more = pipe.fileHandleForReading.availableData
            text.append(more)
            let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
            if let found = lines.lazy.compactMap(port).first {
                self.port = found
                break
            }
            guard !more.isEmpty else {
                kill(process.processIdentifier, SIGKILL)
                throw ProgramFailed(description: "\(name) did not start: \(lines.joined(separator: "; "))")
            }
        }
        // What it says from now on must not fill the pipe.
        pipe.fileHandleForReading.readabilityHandler = { handle in
            if handle.availableData.isEmpty { handle.readabilityHandler = nil }
        }
        self.process = Mutex(process)
    }

    /// Killed, because Foundation starts it with the signals blocked that this thread has blocked, SIGTERM among them.
    deinit { process.withLock { _ = kill($0.processIdentifier, SIGKILL) } }

    /// `git daemon` over the directory that holds `origin`.
    static func gitDaemon(_ origin: Origin, writable: Bool = true) throws -> Server {
        try retrying { port in
            try Server(
                "git",
                [
                    "daemon", "--verbose", "--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--export-all",
                    "--base-path=\(origin.sandbox.path)",
                ] + (writable ? ["--enable=receive-pack"] : [])
            ) { $0.contains("Ready to rumble") ? port : nil }
        }
    }

    /// `git http-backend` behind HTTP, or HTTPS with a certificate and its key.
    static func http(_ origin: Origin, certificate: [String] = []) throws -> Server {
        guard let script = Bundle.module.path(forResource: "githttp", ofType: "py", inDirectory: "Servers") else {
            throw ProgramFailed(description: "githttp.py is not among the resources")
        }
        return try Server("python3", [script, origin.sandbox.path] + certificate) { line in
            line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
        }
    }

    /// OpenSSH, for this user, with the host keys and settings given.
    static func ssh(_ settings: [String], hostKeys: [String], in sandbox: Sandbox) throws -> Server {
        // sshd refuses to run as root without the directory that its package's service makes.
        if getuid() == 0 { mkdir("/run/sshd", 0o755) }
        let common = [
            "ListenAddress 127.0.0.1", "StrictModes no", "UsePAM no", "PasswordAuthentication no",
            "KbdInteractiveAuthentication no", "PidFile none", "PermitRootLogin yes",
            "SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null",
        ]
        return try retrying { port in
            let lines = common + ["Port \(port)"] + hostKeys.map { "HostKey \($0)" } + settings
            let file = try sandbox.write(lines.joined(separator: "\n") + "\n", to: "sshd_config-\(port)")
            // It wants to be called by its full path, because it runs itself again.
            return try Server(find("sshd") ?? "sshd", ["-D", "-e", "-f", file]) { $0.contains("Server listening on") ? port : nil }
        }
    }

    /// For servers that cannot tell which port they took: tries ports that were free a moment ago.
    private static func retrying(_ start: (Int) throws -> Server) throws -> Server {
        for _ in 0..<4 {
            if let server = try? start(try freePort()) { return server }
        }
        return try start(try freePort())
    }
}

private func freePort() throws -> Int { try Listener(backlog: 1).port }
