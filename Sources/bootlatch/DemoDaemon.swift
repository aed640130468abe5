import Foundation

/// `bootlatch serve`, as a process of its own.
actor DemoDaemon {
    nonisolated let pid: Int32
    nonisolated let settings: DemoSettings
    private let process = Process()
    private let ended: AsyncStream<Int32>

    /// - Parameter overrides: `KEY=VALUE`, handed on as `--set`.
    init(_ settings: DemoSettings, overrides: [String]) throws {
        self.settings = settings
        guard FileManager.default.createFile(atPath: settings.log, contents: nil),
            let log = FileHandle(forWritingAtPath: settings.log)
        else { throw DemoUnmet("can't write \(settings.log)") }
        process.executableURL = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
        process.arguments = ["serve", "--config", settings.file] + overrides.flatMap { ["--set", $0] }
        // Settings of a daemon that this user may have elsewhere don't count here.
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("BOOTLATCH_") || $0.key == "BOOTLATCH_CRASH_AT"
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        ended = stream
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        try process.run()
        pid = process.processIdentifier
    }

    /// What it tells once everything is open.
    func endpoints() async throws -> EndpointsFile {
        let found = try await eventually(within: .seconds(30)) { () throws -> EndpointsFile? in
            guard process.isRunning else {
                throw DemoUnmet("bootlatch serve ended with \(process.terminationStatus)\n\(lastWords)")
            }
            // It is written in one step, so a file that is there can be read.
            guard let file = try EndpointsFile.read(settings.endpoints), !file.boot.isEmpty,
                file.control.socket != nil
            else { return nil }
            return file
        }
        guard let found else { throw DemoUnmet("bootlatch serve opened no ports within 30 s\n\(lastWords)") }
        return found
    }

    /// Asks it to end, and waits for that in a cancelled task too; kills it after twenty seconds.
    ///
    /// - Returns: its exit status.
    func stop() async -> Int32 {
        if process.isRunning { process.terminate() }
        return await Task { await waitForEnd() }.value
    }

    private func waitForEnd() async -> Int32 {
        let killer = Task { [pid] in
            try await Task.sleep(for: .seconds(20))
            kill(pid, SIGKILL)
        }
        defer { killer.cancel() }
        for await _ in ended {}
        return process.terminationStatus
    }

    /// The end of its log.
    nonisolated var lastWords: String {
        let text = FileManager.default.contents(atPath: settings.log).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").suffix(5).map { "    \($0)" }.joined(separator: "\n")
    }
}
