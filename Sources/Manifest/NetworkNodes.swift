import Inventory
import YAML

/// Where the network settings of one interface are written.
struct NetworkNodes {
    var hostname: Node?
    var address: Node?
    var gateway: Node?
    private var routers: [Node] = []

    /// - Parameters:
    ///   - options: the mapping that holds hostname and routes.
    ///   - ip: the one with address and gateway.
    init(options: Node?, ip: Node?, routes: String) {
        hostname = options?["hostname"]
        address = ip?["address"]
        gateway = ip?["gateway"]
        routers = options?[routes]?.items.compactMap { $0["router"] } ?? []
    }

    func router(_ address: IPv4Address) -> Node? {
        ([gateway].compactMap { $0 } + routers).first { $0.string.flatMap { IPv4Address($0) } == address }
    }

    /// Those of a manifest's interfaces. One that waits to be seen stands under nil.
    static func all(in manifest: Node, _ dialect: Dialect) -> [MACAddress?: NetworkNodes] {
        let found: [(MACAddress?, NetworkNodes)] =
            switch dialect {
            case .hardwareV1Alpha1:
                manifest["spec"]?["interfaces"]?.items.map { item in
                    let dhcp = item["dhcp"]
                    let nodes = NetworkNodes(options: dhcp, ip: dhcp?["ip"], routes: "classless_static_routes")
                    return (dhcp?["mac"]?.string.flatMap { MACAddress($0) }, nodes)
                } ?? []
            case .hardwareV1Alpha2:
                manifest["spec"]?["networkInterfaces"]?.mergedEntries.map { entry in
                    let dhcp = entry.value["dhcp"]
                    return (
                        MACAddress(entry.key.text),
                        NetworkNodes(
                            options: dhcp?["v4"] ?? dhcp?["ipv4"], ip: entry.value["ipam"]?["ipv4"],
                            routes: "classlessStaticRoutes")
                    )
                } ?? []
            case .bareMetalHost: []
            }
        return Dictionary(found) { first, _ in first }
    }
}
