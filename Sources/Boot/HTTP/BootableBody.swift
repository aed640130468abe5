import Inventory
import NIOCore

/// Bytes with which a machine installs. Nothing in here can be read but by using up permits of the gate: one for a script, one for
/// every piece of a file, so that a report or a disarm ends a download that runs.
package struct BootableBody: Sendable {
    private enum Content: Sendable {
        case text(ByteBuffer)
        case file(OpenFile)
    }

    private let content: Content
    /// What is left to send.
    private(set) var rest: Range<Int>
    package let size: Int
    let version: String
    let token: Token
    /// This is the file that tells a boot that ran from one that died early.
    let isKernel: Bool

    /// A script, rendered under the permit that it uses up.
    package init(
        permit: consuming BootPermit, context: ScriptContext,
        render: @Sendable (borrowing BootPermit, ScriptContext) -> String
    ) {
        let text = ByteBuffer(string: render(permit, context))
        token = permit.boot.token
        content = .text(text)
        size = text.readableBytes
        rest = 0..<size
        version = ""
        isKernel = false
    }

    fileprivate init(_ file: OpenFile, of token: Token, isKernel: Bool) {
        content = .file(file)
        size = file.size
        rest = 0..<size
        version = "\"\(file.version)\""
        self.token = token
        self.isKernel = isKernel
    }

    mutating func narrow(to range: Range<Int>) { rest = range }

    /// The script whole; files come in pieces.
    var script: ByteBuffer? {
        if case .text(let text) = content { text } else { nil }
    }

    private static let pieceSize = 2 << 20

    /// Takes the next piece of a file; nil at its end.
    mutating func next(_ permit: consuming BootPermit) -> (data: IOData, range: Range<Int>)? {
        // A permit for one boot opens no other boot's files.
        guard permit.boot.token == token, case .file(let file) = content, !rest.isEmpty else { return nil }
        let piece = rest.lowerBound..<min(rest.upperBound, rest.lowerBound + Self.pieceSize)
        rest = piece.upperBound..<rest.upperBound
        let region = FileRegion(fileHandle: file.handle, readerIndex: piece.lowerBound, endIndex: piece.upperBound)
        return (.fileRegion(region), piece)
    }
}

/// The directory of kernels, initrds and whatever else installers load. Its files can only be opened with a permit.
package struct Artifacts: Sendable {
    private let directory: Directory

    package init(_ directory: Directory) { self.directory = directory }

    /// Opens a file by its relative name, for the boot that the permit was made for. Blocks: for the thread pool.
    func open(_ name: String, _ permit: consuming BootPermit) throws(FileError) -> BootableBody {
        let isKernel = KernelLocation(permit.plan).isArtifact(name)
        return BootableBody(try directory.open(name), of: permit.boot.token, isKernel: isKernel)
    }
}

/// Where a plan's kernel comes from, as far as we can see it.
enum KernelLocation: Equatable {
    /// An artifact of ours, by its relative name.
    case artifact(String)
    /// A URL, or a script that does not say: the served script counts as a full boot.
    case elsewhere

    init(_ plan: Plan) {
        switch plan {
        case .chain: self = .elsewhere
        case .kernel(let kernel, _, _): self = kernel.contains("://") ? .elsewhere : .artifact(kernel)
        case .script(let text): self = Self.firstKernel(of: text).map { .artifact($0) } ?? .elsewhere
        }
    }

    func isArtifact(_ name: String) -> Bool {
        guard case .artifact(let kernel) = self else { return false }
        return kernel.split(separator: "/") == name.split(separator: "/")
    }

    /// The first `kernel`, `chain` or `boot` of a script, where it loads one of our artifacts.
    private static func firstKernel(of script: String) -> String? {
        let base = "{{\(Placeholder.artifacts.rawValue)}}/"
        for line in script.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let command = words.first, ["kernel", "chain", "boot"].contains(command), words.count > 1 else {
                continue
            }
            return words.dropFirst().first { $0.hasPrefix(base) }.map { String($0.dropFirst(base.count)) }
        }
        return nil
    }
}
