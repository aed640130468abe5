import Foundation
import Inventory
import Manifest
import Simulate

/// The machine that the demo installs, as its manifest describes it.
struct DemoMachine: Sendable {
    /// `namespace/name`
    var host: String
    var name: String
    var machine: Machine
    /// What the inventory reserves for it.
    var address: IPv4Address
    var path: String
    var loader: String
    var kernel: String
    var initrds: [String]

    /// - Parameter folders: path on disk by the path in the repo.
    /// - Throws: `DemoUnmet` when no host of the inventory can be installed here.
    static func choose(_ wanted: String?, in folders: [String: String]) throws -> DemoMachine {
        var manifests: [ParsedFile] = []
        for (name, folder) in folders {
            let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            for file in files where file.hasSuffix(".yaml") || file.hasSuffix(".yml") {
                let bytes = [UInt8](FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data())
                let path = "\(name)/\(file)"
                manifests.append(parseManifest(bytes, path: path))
            }
        }
        manifests.sort { $0.path < $1.path }
        let delta = Delta(
            Dictionary(uniqueKeysWithValues: manifests.map { ($0.path, .read($0, content: $0.path)) }))
        let inventory = Inventory().advanced(by: delta, isFirst: true).inventory
        let hosts = manifests.flatMap(\.hosts).filter {
            wanted == nil || [$0.id.description, $0.id.name].contains(wanted)
        }
        for spec in hosts.flatMap(\.interfaces) {
            if let found = inventory[spec.mac].flatMap({ DemoMachine($0) }) { return found }
        }
        throw DemoUnmet(
            "\(wanted ?? "no host") can be installed here: it takes a host that is off and not ruled out by a policy, with an "
                + "address and an x86 kernel among our artifacts")
    }

    private init?(_ interface: Interface) {
        let spec = interface.spec
        guard !spec.isOn, !spec.disableDHCP, interface.suspension == nil, interface.settings.netboot == .allow,
            let address = spec.dhcp.address, spec.dhcp.arch.map({ $0 == "x86_64" }) ?? true,
            case .kernel(let kernel, let initrds, _)? = Plan(for: interface), !kernel.contains("{{"),
            !([kernel] + initrds).contains(where: { $0.contains("://") })
        else { return nil }
        let isUEFI = spec.dhcp.uefi ?? false
        host = "\(interface.host.id)"
        name = interface.host.id.name
        machine = Machine(mac: interface.mac, firmware: isUEFI ? .uefiPXE : .biosPXE)
        self.address = address
        path = interface.host.location.path
        loader = spec.ipxe?.binary ?? spec.dhcp.bootFileName ?? (isUEFI ? "snponly.efi" : "undionly.kpxe")
        self.kernel = kernel
        self.initrds = initrds
    }
}
