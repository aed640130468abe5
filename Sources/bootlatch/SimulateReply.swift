import Inventory
import Simulate

/// What `simulate -o json` prints.
struct SimulateReply: Codable, Sendable, Equatable {
    struct Kernel: Codable, Sendable, Equatable {
        var url: String
        var initrds: [String]
        var arguments: String
        /// Kernel and initrds together.
        var bytes: Int
    }

    struct Report: Codable, Sendable, Equatable {
        /// `success`, `failed` or `progress`.
        var kind: String
        var url: String?
        /// The server's answer.
        var status: Int?
        /// Why it was not taken.
        var failure: String?
    }

    struct Step: Codable, Sendable, Equatable {
        /// Seconds since power-on.
        var at: Double
        /// `sent`, `received` or `did`.
        var direction: String
        /// `DHCP`, `TFTP`, `HTTP`, `iPXE` or `firmware`.
        var layer: String
        var text: String
        /// Of the datagram, or of the body; 0 where there is none.
        var bytes: Int
    }

    var mac: String
    var uuid: String
    var serial: String
    var firmware: String
    /// `booted`, `chained`, `localDisk`, `poweredOff` or `failed`.
    var outcome: String
    /// The outcome as a sentence.
    var detail: String
    /// Where a kernel was booted.
    var kernel: Kernel?
    /// Where one was to be sent.
    var report: Report?
    var steps: [Step]

    init(_ machine: Machine, _ outcome: BootOutcome, _ steps: [Transcript.Step]) {
        mac = "\(machine.mac)"
        uuid = "\(machine.uuid)"
        serial = machine.serial
        firmware = machine.firmware.rawValue
        self.outcome = outcome.word
        detail = outcome.summary
        if case .booted(let kernel) = outcome {
            self.kernel = Kernel(
                url: "\(kernel.url)", initrds: kernel.initrds.map { "\($0)" }, arguments: kernel.arguments,
                bytes: kernel.bytes)
        }
        self.steps = steps.map { Step($0) }
    }
}

extension SimulateReply.Step {
    fileprivate init(_ step: Transcript.Step) {
        let (seconds, attoseconds) = step.at.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        self.init(
            at: Double(milliseconds) / 1000, direction: step.direction.rawValue, layer: step.layer.rawValue,
            text: step.text, bytes: step.bytes)
    }
}

extension BootOutcome {
    fileprivate var word: String {
        switch self {
        case .booted: "booted"
        case .chained: "chained"
        case .localDisk: "localDisk"
        case .poweredOff: "poweredOff"
        case .failed: "failed"
        }
    }
}
