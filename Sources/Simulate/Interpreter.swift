import Inventory
import NIOCore

/// Runs the iPXE scripts that boot servers write. What it doesn't know ends the boot, with the line: better than a guess.
struct Interpreter {
    enum Purpose: String, Hashable, Sendable { case kernel, initrd, chain }

    struct Fetched: Sendable {
        var bytes: Int
        /// The beginning of the file; all of it, if it is a script.
        var head: ByteBuffer

        init(bytes: Int, head: ByteBuffer = ByteBuffer()) {
            self.bytes = bytes
            self.head = head
        }
    }

    /// Why a file did not arrive. To a script this is a failed command; every other error ends the boot.
    struct FetchFailure: Error, Equatable {
        var why: String

        init(_ why: String) { self.why = why }
    }

    enum Ending: Hashable, Sendable {
        /// The script came to its end or to `exit`; other numbers than 0 are failures, with the reason.
        case finished(status: Int, why: String)
        case outcome(BootOutcome)
    }

    var settings: ScriptSettings
    private let machine: Machine
    private let fetch: (URI, Purpose) async throws -> Fetched
    private let pause: (Int) async throws -> Void
    private let echo: (String) -> Void
    private var kernel: (url: URI, arguments: String, bytes: Int)?
    private var initrds: [(url: URI, bytes: Int)] = []
    private var scripts: [String] = []
    /// Scripts that wait for one that they chained to.
    private var depth = 0
    /// Counts down for each line: a script that goes round for ever ends.
    private var budget = 10_000

    private enum Verdict {
        case success
        case failure(String)
        case jump(String)
        case end(Ending)
    }

    /// - Parameters:
    ///   - fetch: downloads a file whole; throws `FetchFailure` when it can't.
    ///   - pause: waits so many seconds.
    ///   - echo: takes what the script prints, and each line that runs.
    init(
        machine: Machine, settings: ScriptSettings, fetch: @escaping (URI, Purpose) async throws -> Fetched,
        pause: @escaping (Int) async throws -> Void = { _ in },
        echo: @escaping (String) -> Void = { _ in }
    ) {
        self.machine = machine
        self.settings = settings
        self.fetch = fetch
        self.pause = pause
        self.echo = echo
    }

    /// Runs a script, and those that it chains to.
    mutating func run(_ text: String, from url: URI) async throws -> Ending {
        guard let script = Script(text) else {
            return .outcome(.failed(step: "\(url)", why: "this is not an iPXE script"))
        }
        guard depth < 16 else {
            return .outcome(.failed(step: "\(url)", why: "16 scripts chained to each other"))
        }
        guard scripts.count < 1000 else {
            return .outcome(.failed(step: "\(url)", why: "1000 scripts one after the other"))
        }
        scripts.append(text)
        var next = 0
        while next < script.lines.count {
            let line = script.lines[next]
            let step = "\(url.name) line \(line.number)"
            next += 1
            budget -= 1
            guard budget > 0 else { return .outcome(.failed(step: step, why: "the script runs in a circle")) }
            try Task.checkCancellation()
            switch try await run(line, step, url) {
            case .success: continue
            case .failure(let why): return .finished(status: 1, why: "\(step): \(why)")
            case .end(let ending): return ending
            case .jump(let label):
                guard let target = script[label] else {
                    return .finished(status: 1, why: "\(step): there is no label \(label)")
                }
                next = target
            }
        }
        return .finished(status: 0, why: "the script came to its end")
    }

    private mutating func run(_ line: Script.Line, _ step: String, _ url: URI) async throws -> Verdict {
        let expanded: String
        do {
            expanded = try settings.expand(line.text)
        } catch {
            return .end(.outcome(.failed(step: step, why: "unknown format \(error.name): \(line.text)")))
        }
        echo("> " + expanded.trimmed)
        var last = Verdict.success
        for command in Script.commands(expanded) {
            switch (command.condition, last) {
            case (.afterSuccess, .failure), (.afterFailure, .success): continue
            default: break
            }
            guard let name = command.words.first else {
                last = .success
                continue
            }
            last =
                try await run(name, Array(command.words.dropFirst()), url)
                ?? .end(.outcome(.failed(step: step, why: "unknown command: \(line.text.trimmed)")))
            switch last {
            case .jump, .end: return last
            case .success, .failure: continue
            }
        }
        return last
    }

    /// Nil for a command or a flag that is not known.
    private mutating func run(_ name: String, _ words: [String], _ url: URI) async throws -> Verdict? {
        switch name {
        case "dhcp", "ifopen", "ifclose", "ifconf", "ifstat", "route", "imgstat": return .success
        case "echo":
            echo(words.joined(separator: " "))
            return .success
        case "set":
            guard let name = words.first else { return nil }
            settings[name] = .text(words.dropFirst().joined(separator: " "))
            return .success
        case "clear":
            guard let name = words.first else { return nil }
            settings[name] = nil
            return .success
        case "isset":
            // The argument was expanded already: nothing left of it means that it is not set.
            return words.isEmpty ? .failure("isset: not set") : .success
        case "goto": return words.count == 1 ? .jump(words[0]) : nil
        case "imgfree":
            kernel = nil
            initrds = []
            return .success
        case "kernel": return try await load(words, .kernel, url)
        case "initrd": return try await load(words, .initrd, url)
        case "chain": return try await chain(words, url)
        case "boot": return words.isEmpty ? boot() : nil
        case "sanboot": return sanboot(words)
        case "exit":
            guard words.count < 2, let status = words.first.map({ Int($0) }) ?? 0 else { return nil }
            return .end(.finished(status: status, why: "exit \(status)"))
        case "sleep":
            guard words.count == 1, let seconds = Int(words[0]) else { return nil }
            try await pause(seconds)
            return .success
        case "poweroff": return .end(.outcome(.poweredOff))
        default: return nil
        }
    }

    private mutating func load(_ words: [String], _ purpose: Purpose, _ base: URI) async throws -> Verdict? {
        guard let (_, target, rest) = Self.arguments(words) else { return nil }
        let (url, fetched): (URI, Fetched)
        switch try await get(target, purpose, base) {
        case .failure(let failure): return .failure(failure.why)
        case .success(let result): (url, fetched) = result
        }
        if purpose == .kernel {
            kernel = (url, rest.joined(separator: " "), fetched.bytes)
        } else {
            initrds.append((url, fetched.bytes))
        }
        return .success
    }

    private mutating func chain(_ words: [String], _ base: URI) async throws -> Verdict? {
        guard let (flags, target, _) = Self.arguments(words) else { return nil }
        let (url, fetched): (URI, Fetched)
        switch try await get(target, .chain, base) {
        case .failure(let failure): return .failure(failure.why)
        case .success(let result): (url, fetched) = result
        }
        guard Script.begins(fetched.head.readableBytesView) else { return .end(.outcome(.chained(url))) }
        let isReplaced = flags.contains("--replace") || flags.contains("-r")
        if !isReplaced { depth += 1 }
        let ending = try await run(String(buffer: fetched.head), from: url)
        if !isReplaced { depth -= 1 }
        guard case .finished(let status, let why) = ending, !isReplaced else { return .end(ending) }
        return status == 0 ? .success : .failure(why)
    }

    private func get(_ target: String, _ purpose: Purpose, _ base: URI) async throws
        -> Result<(URI, Fetched), FetchFailure>
    {
        guard let url = base.resolving(target) else {
            return .failure(FetchFailure("\(purpose.rawValue) \(target): not a URL that iPXE could fetch"))
        }
        do {
            return .success((url, try await fetch(url, purpose)))
        } catch let failure as FetchFailure {
            return .failure(FetchFailure("\(purpose.rawValue) \(url): \(failure.why)"))
        }
    }

    private func boot() -> Verdict {
        guard let kernel else { return .failure("boot: no kernel is loaded") }
        let bytes = initrds.reduce(kernel.bytes) { $0 + $1.bytes }
        return .end(
            .outcome(
                .booted(
                    BootOutcome.Kernel(
                        url: kernel.url, initrds: initrds.map(\.url), arguments: kernel.arguments, bytes: bytes,
                        scripts: scripts))))
    }

    private func sanboot(_ words: [String]) -> Verdict? {
        var drive = 0x80
        var file: String?
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--no-describe", "--keep", "-n", "-k": continue
            case "--drive", "-d":
                guard let text = rest.popFirst(),
                    let number = text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
                else { return nil }
                drive = number
            case "--filename", "-f": file = rest.popFirst()
            default: return nil
            }
        }
        // BIOS boots a drive by its number; UEFI has no such numbers, and boots a file of its first disk.
        let bootable = machine.architecture.isBIOS ? drive == 0x80 : drive == 0 && file != nil
        let name = "sanboot 0x\(String(drive, radix: 16))" + (file.map { " " + $0 } ?? "")
        guard bootable, machine.hasDisk else { return .failure("\(name): no such device") }
        return .end(.outcome(.localDisk(name)))
    }

    /// Flags, the URI, and what follows it. Nil without a URI or for an unknown flag.
    private static func arguments(_ words: [String]) -> (flags: [String], target: String, rest: [String])? {
        var flags: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--autofree", "-a", "--replace", "-r": flags.append(word)
            case "--name", "-n", "--timeout", "-t": _ = rest.popFirst()
            case _ where word.hasPrefix("--name=") || word.hasPrefix("--timeout="): continue
            case _ where word.hasPrefix("-"): return nil
            default: return (flags, word, Array(rest))
            }
        }
        return nil
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
