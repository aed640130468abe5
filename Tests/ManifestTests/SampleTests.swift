import Foundation
import Inventory
import Testing

@testable import Manifest

/// The sample lab in `inventory/` and `policies/`.
struct SampleTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let files = ["inventory", "policies"].flatMap(files(in:))

    private static func files(in folder: String) -> [(file: ParsedFile, bytes: [UInt8])] {
        let names = FileManager.default.enumerator(atPath: root.path + "/" + folder)?.compactMap { $0 as? String } ?? []
        return names.sorted().filter { $0.hasSuffix(".yaml") }.compactMap { name in
            let path = "\(folder)/\(name)"
            guard let data = FileManager.default.contents(atPath: root.path + "/" + path) else { return nil }
            return (parseManifest(Array(data), path: path), Array(data))
        }
    }

    @Test func `it loads without a diagnostic`() {
        #expect(Self.files.flatMap(\.file.diagnostics).isEmpty)
        #expect(Self.files.allSatisfy { !$0.file.isBroken })
        #expect(
            Self.files.flatMap(\.file.hosts).map(\.id.description).sorted() == [
                "lab/edge-01", "lab/edge-02", "lab/node-01", "lab/node-02", "lab/storage-01", "lab/vm-01", "lab/vm-02",
            ])
        #expect(Self.files.flatMap(\.file.policies).map(\.name) == ["lab", "storage", "test-machines"])
        #expect(Self.files.flatMap(\.file.profiles).map(\.name) == ["ubuntu-24.04", "rescue"])
    }

    @Test func `it shows two sites, all ways to say what to boot, and hardly any host on`() {
        let hosts = Self.files.flatMap(\.file.hosts)
        #expect(Set(hosts.compactMap { $0.labels["site"] }) == ["berlin", "oslo"])
        let interfaces = hosts.flatMap(\.interfaces)
        #expect(Set(interfaces.map(\.mac)).count == interfaces.count)
        #expect(interfaces.filter(\.isOn).count == 1)
        #expect(interfaces.contains { $0.osie != nil })
        #expect(interfaces.contains { $0.ipxe?.contents != nil })
        #expect(interfaces.contains { $0.ipxe?.url != nil })
        #expect(hosts.contains { host in host.interfaces.allSatisfy { $0.ipxe == nil && $0.osie == nil } })
    }

    @Test func `arming and disarming any host gives the same bytes again`() throws {
        for (file, bytes) in Self.files {
            // The one interface without a `netboot` block gets one that stays.
            for interface in file.hosts.flatMap(\.interfaces) where !interface.isOn && !interface.disableDHCP {
                let armed = try editManifest(bytes, path: file.path, .arm(interface.mac, restoreWorkflow: false))
                let interfaces = parseManifest(armed, path: file.path).hosts.flatMap(\.interfaces)
                #expect(interfaces.first { $0.mac == interface.mac }?.isOn == true)
                #expect(try editManifest(armed, path: file.path, .disarm(interface.mac)) == bytes)
            }
        }
    }
}
