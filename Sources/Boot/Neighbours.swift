import Glibc
import Inventory

/// The kernel's table of neighbours on the local networks.
package enum Neighbours {
    /// The MAC that ARP found for an address; nil for what is not in `/proc/net/arp`.
    package static func mac(of address: IPv4Address) -> MACAddress? {
        guard let file = fopen("/proc/net/arp", "re") else { return nil }
        defer { fclose(file) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { text += chunk[..<count] }
        return mac(of: address, in: String(decoding: text, as: UTF8.self))
    }

    static func mac(of address: IPv4Address, in table: String) -> MACAddress? {
        let wanted = address.description
        for line in table.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // A zero MAC is an entry that ARP has no answer for.
            guard fields.count >= 4, fields[0] == wanted, let mac = MACAddress(fields[3]), mac.bits != 0 else {
                continue
            }
            return mac
        }
        return nil
    }
}
