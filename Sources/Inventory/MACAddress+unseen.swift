extension MACAddress {
    /// The key of an interface whose MAC nobody knows yet. States, armings and claims are kept by it as by a MAC; no packet and no text
    /// produces one, for its bits lie above a MAC's.
    ///
    /// It is made from what the machine is known by, the UUID before the serial, so that it outlives moves and new names of its host.
    /// - Returns: nil for labels that name no machine, or by a UUID or serial that many machines share.
    package init?(unseenBy labels: [String: String]) {
        let (uuid, serial) = (labels.identity("uuid"), labels.identity("serial"))
        if let uuid, !isReal(uuid: uuid) { return nil }
        if let serial, !isReal(serial: serial) { return nil }
        if let uuid {
            self.init(unseenBy: uuid)
        } else if let serial = serial.flatMap(comparable(serial:)) {
            self.init(hashing: "serial " + serial)
        } else {
            return nil
        }
    }

    /// The key of a machine that is known by this UUID, in either byte order.
    init(unseenBy uuid: String) {
        let digits = digits(ofUUID: uuid)
        let swapped = swapped(digits)
        self.init(hashing: "uuid " + String(digits.lexicographicallyPrecedes(swapped) ? digits : swapped))
    }

    /// FNV-1a: the same in every run, for the journal keeps it.
    private init(hashing text: String) {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        self.init(stored: hash >> 2 | Self.mark)
    }

    private static let mark: UInt64 = 1 << 62

    /// An address or a key, as the journal keeps its bits.
    package init(stored bits: UInt64) {
        self.init(bits: bits)
        if bits & Self.mark != 0 { self.bits = bits }
    }

    /// It stands for a MAC that nobody knows yet.
    package var isUnseen: Bool { bits & Self.mark != 0 }
}
