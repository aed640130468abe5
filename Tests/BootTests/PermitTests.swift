import Foundation
import Testing

@testable import Boot

/// Compiles the files of `Negative` against the modules of this build: code that would send bootable bytes without asking the gate
/// must not compile, for the reason that its first line names.
@Suite(.enabled(if: builtModules != nil, "no modules beside the test binary"))
struct PermitTests {
    private static let root = Capture.folder.deletingLastPathComponent().deletingLastPathComponent()

    private static let files: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: Capture.folder.appending(path: "Negative").path)
        return (names ?? []).filter { $0.hasSuffix(".swift") }.sorted()
    }()

    @Test func `there are files to compile`() {
        #expect(Self.files.count == 9)
        #expect(Self.files.contains("Asked.swift"))
    }

    @Test(arguments: PermitTests.files)
    func `bootable bytes take a permit`(name: String) async throws {
        let modules = try #require(builtModules)
        let file = Capture.folder.appending(path: "Negative/\(name)")
        let first = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").first ?? ""
        // The package is named for its folder, as SwiftPM does it.
        let arguments =
            [
                "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-enable-testing", "-package-name",
                Self.root.lastPathComponent.lowercased(), "-I", modules.path,
            ] + maps(beside: modules).flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] } + [file.path]
        let env = try #require(Program("env"))
        let result = try await env.run(arguments)
        if first == "// compiles" {
            #expect(result.status == 0, "\(result.text)")
        } else {
            #expect(result.status != 0)
            #expect(result.text.contains(first.dropFirst(3)), "\(result.text)")
        }
    }

    /// Module maps of the C targets that NIO and swift-collections bring.
    private func maps(beside modules: URL) -> [String] {
        let files = FileManager.default
        let built = modules.deletingLastPathComponent()
        let generated = ((try? files.contentsOfDirectory(atPath: built.path)) ?? [])
            .filter { $0.hasSuffix(".build") }.map { built.appending(path: "\($0)/module.modulemap").path }
        let checkouts = built.deletingLastPathComponent().deletingLastPathComponent().appending(path: "checkouts")
        var shipped: [String] = []
        for package in (try? files.contentsOfDirectory(atPath: checkouts.path)) ?? [] {
            let sources = checkouts.appending(path: "\(package)/Sources")
            for target in (try? files.contentsOfDirectory(atPath: sources.path)) ?? [] {
                shipped.append(sources.appending(path: "\(target)/include/module.modulemap").path)
            }
        }
        return (generated + shipped).filter { files.fileExists(atPath: $0) }
    }
}

/// Where the build that this test belongs to left its modules.
private let builtModules: URL? = {
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "Modules")
    return FileManager.default.fileExists(atPath: folder.appending(path: "Boot.swiftmodule").path) ? folder : nil
}()
