extension Host {
    /// The serial that the manifest names, in its label `serial` or `bootlatch.dev/serial`.
    package var serial: String? { labels.identity("serial") }

    /// The UUID that the manifest names, in its label `uuid` or `bootlatch.dev/uuid`.
    package var uuid: String? { labels.identity("uuid") }
}

extension [String: String] {
    /// The value of the label with this name, ours before the plain one.
    func identity(_ name: String) -> String? { self["bootlatch.dev/\(name)"] ?? self[name] }
}

extension HostPolicy {
    /// What a machine shows of itself decides, too.
    package var requiresIdentity: Bool { require.serial == true || require.uuid == true }
}

extension Inventory {
    /// A policy asks some hosts' machines for a serial or UUID.
    package var requiresIdentity: Bool {
        rules.policies.contains { $0.policy.require.serial == true || $0.policy.require.uuid == true }
    }
}

extension Interface {
    /// What a policy's `require` has against this machine. What a sighting leaves out counts only where it shows all there is.
    func mismatch(with sighting: Sighting) -> Hold? {
        let require = settings.require
        if require.serial == true {
            guard let serial = host.serial.flatMap(comparable(serial:)) else { return .wrongSerial }
            let shown = sighting.serial.flatMap(comparable(serial:))
            if let shown, shown != serial { return .wrongSerial }
            if shown == nil, sighting.isComplete { return .wrongSerial }
        }
        if require.uuid == true {
            guard let uuid = host.uuid, isReal(uuid: uuid) else { return .wrongUUID }
            if let shown = sighting.uuid, !isSame(uuid: shown, uuid) { return .wrongUUID }
            if sighting.uuid == nil, sighting.isComplete { return .wrongUUID }
        }
        return nil
    }
}

/// Vendors pad serials with spaces, and people write them in either case. Nil for one that is empty.
package func comparable(serial: String) -> String? {
    let words = serial.lowercased().split(whereSeparator: \.isWhitespace)
    return words.isEmpty ? nil : words.joined(separator: " ")
}

/// Firmware disagrees about the byte order of a UUID's first three fields (RFC 4578 §2.3, SMBIOS 2.6): either order names the machine.
package func isSame(uuid one: String, _ other: String) -> Bool {
    let (one, other) = (digits(ofUUID: one), digits(ofUUID: other))
    return one == other || one == swapped(other)
}

func digits(ofUUID uuid: String) -> [Character] { uuid.lowercased().filter { $0 != "-" }.map { $0 } }

func swapped(_ digits: [Character]) -> [Character] {
    guard digits.count == 32 else { return digits }
    let order = [3, 2, 1, 0, 5, 4, 7, 6] + Array(8..<16)
    return order.flatMap { digits[$0 * 2..<$0 * 2 + 2] }
}

/// A UUID that names one machine: vendors ship boards with all zeros, all ones or the sample of the specification.
package func isReal(uuid: String) -> Bool {
    let digits = uuid.lowercased().filter { $0 != "-" }
    guard digits.count == 32, digits.allSatisfy(\.isHexDigit), Set(digits).count > 2 else { return false }
    return digits != "03000200040005000006000700080009"
}

/// A serial that names one machine: boards are shipped with what their maker left to somebody else.
package func isReal(serial: String) -> Bool {
    guard let text = comparable(serial: serial) else { return false }
    let plain = text.filter { $0.isLetter || $0.isNumber }
    guard Set(plain).count > 1, plain != "0123456789", plain != "123456789" else { return false }
    return ![
        "filledby", "defaultstring", "systemserial", "serialnumber", "notspecified", "notapplicable", "none", "invalid",
    ]
    .contains { plain.hasPrefix($0) || plain.hasPrefix("tobe" + $0) }
}
