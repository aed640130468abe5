import Inventory

/// What a TFTP request gets.
package enum TFTPAnswer: Sendable, Equatable {
    /// A file of the loaders directory.
    case loader(String)
    /// The script that chains to the machine's own script, over HTTP.
    case stub(MACAddress?)
    case refuse(TFTPErrorCode, String)
}

/// A name that a client asked for: `52-54-00-12-34-01/snponly.efi` from our own offers, `snponly.efi` from another server's.
package struct TFTPName: Sendable, Equatable {
    package var mac: MACAddress?
    package var file: String

    package init(_ name: String) {
        // BIOS ROMs and tools write `/name`, some `\name`.
        let parts = name.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        if parts.count > 1, let first = parts.first, let mac = MACAddress(first) {
            self.mac = mac
            file = parts.dropFirst().joined(separator: "/")
        } else {
            file = parts.joined(separator: "/")
        }
    }
}

/// What is known about a TFTP request when it is answered.
package struct TFTPQuestion: Sendable {
    package var request: TFTPRequest
    package var name: TFTPName
    /// By the name, else by the address; nil stays unknown.
    package var mac: MACAddress?
    /// Nil where the MAC is not known.
    package var decision: Decision?
    package var refuse: RefusePolicy.PXE
    /// A loader went out whole to this address within two minutes.
    package var finishedLoader: Bool

    package init(
        _ request: TFTPRequest, mac: MACAddress? = nil, decision: Decision? = nil, refuse: RefusePolicy.PXE = .auto,
        finishedLoader: Bool = false
    ) {
        self.request = request
        name = TFTPName(request.file)
        self.mac = mac ?? name.mac
        self.decision = decision
        self.refuse = refuse
        self.finishedLoader = finishedLoader
    }

    /// iPXE asks for the loader that it is itself, because a server names one file for every client. Names that carry a MAC are our
    /// own, and never go to iPXE that can run a script.
    var isFromIPXE: Bool {
        guard name.mac == nil else { return false }
        return request.shape == .ipxe || (finishedLoader && request.shape != .firmware)
    }
}

extension TFTPRequest {
    enum Shape { case ipxe, firmware, other }

    /// By the captures: iPXE asks `blksize 1432 tsize 0`, OVMF `tsize 0 blksize 1468 windowsize 4`, then the same without `tsize`.
    var shape: Shape {
        if options == [TFTPOption("blksize", "1432"), TFTPOption("tsize", "0")] { return .ipxe }
        return options.contains { $0.name == "windowsize" } ? .firmware : .other
    }
}

/// Decides what a TFTP request gets. A loader boots nothing by itself: the script behind it asks the gate again.
package func answer(to question: TFTPQuestion) -> TFTPAnswer {
    guard question.request.mode == "octet" || question.request.mode == "netascii" else {
        return .refuse(.illegalOperation, "mode \(question.request.mode.prefix(16)) is not served")
    }
    let isScript = question.name.file.hasSuffix(".ipxe") || question.isFromIPXE
    if case .localBoot(let refusal)? = question.decision, question.refuse != .loader {
        // iPXE starts its disk quicker from a refusing script than from an error.
        guard isScript, question.refuse == .auto else { return .refuse(.accessViolation, "refused: \(refusal.reason)") }
    }
    return isScript ? .stub(question.mac) : .loader(question.name.file)
}
