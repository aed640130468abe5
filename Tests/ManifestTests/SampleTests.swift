import Foundation
import Inventory
import Testing

@testable import Manifest

/// The sample lab in `inventory/` and `policies/`.
struct SampleTests {
    private static let files: [ParsedFile] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var files: [ParsedFile] = []
        for folder in ["inventory", "policies"] {
            let names =
                FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap { $0 as? String }
                ?? []
            for name in names.sorted() where name.hasSuffix(".yaml") {
                guard let data = try? Data(contentsOf: root.appending(path: "\(folder)/\(name)")) else { continue }
                files.append(parseManifest(Array(data), path: "\(folder)/\(name)"))
            }
        }
        return files
    }()

    @Test func `it loads without a diagnostic`() {
        #expect(Self.files.flatMap(\.diagnostics).isEmpty)
        #expect(Self.files.allSatisfy { !$0.isBroken })
        #expect(
            Self.files.flatMap(\.hosts).map(\.id.description).sorted() == [
                "lab/edge-01", "lab/edge-02", "lab/node-01", "lab/node-02", "lab/storage-01", "lab/vm-01", "lab/vm-02",
            ])
        #expect(Self.files.flatMap(\.policies).map(\.name) == ["lab", "storage", "test-machines"])
        #expect(Self.files.flatMap(\.profiles).map(\.name) == ["ubuntu-24.04", "rescue"])
    }

    @Test func `it shows two sites, all ways to say what to boot, and hardly any host on`() {
        let hosts = Self.files.flatMap(\.hosts)
        #expect(Set(hosts.compactMap { $0.labels["site"] }) == ["berlin", "oslo"])
        let interfaces = hosts.flatMap(\.interfaces)
        #expect(Set(interfaces.map(\.mac)).count == interfaces.count)
        #expect(interfaces.filter(\.isOn).count == 1)
        #expect(interfaces.contains { $0.osie != nil })
        #expect(interfaces.contains { $0.ipxe?.contents != nil })
        #expect(interfaces.contains { $0.ipxe?.url != nil })
        #expect(hosts.contains { host in host.interfaces.allSatisfy { $0.ipxe == nil && $0.osie == nil } })
    }

    @Test func `each host can be armed and disarmed again without another byte changing`() throws {
        for file in Self.files {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let bytes = Array(try Data(contentsOf: root.appending(path: file.path)))
            for interface in file.hosts.flatMap(\.interfaces) where !interface.isOn {
                let armed = try editManifest(bytes, path: file.path, .arm(interface.mac, restoreWorkflow: false))
                #expect(
                    parseManifest(armed, path: file.path).hosts.flatMap(\.interfaces).first { $0.mac == interface.mac }?
                        .isOn == true)
                let disarmed = try editManifest(armed, path: file.path, .disarm(interface.mac))
                let hadKey = interface.netbootLocation != file.hosts.first?.location && interface.interfaceHasNetboot
                if hadKey { #expect(disarmed == bytes) }
            }
        }
    }
}

extension InterfaceSpec {
    /// The one sample interface without a `netboot` block has no lease either.
    fileprivate var interfaceHasNetboot: Bool { !disableDHCP }
}
