/// What the machine behind a MAC showed of itself when it last asked to boot.
package struct Shown: Sendable, Equatable {
    /// As it said it: it may be anything.
    package var uuid: String?
    package var serial: String?
    /// A script asked: what is nil here, the machine does not have. Firmware shows less.
    package var isComplete: Bool
    /// When it first showed this.
    package var since: Instant

    package init(uuid: String? = nil, serial: String? = nil, isComplete: Bool, since: Instant) {
        self.uuid = uuid
        self.serial = serial
        self.isComplete = isComplete
        self.since = since
    }

    /// What is known after this sighting; nil where it says nothing of the machine.
    package init?(_ sighting: Sighting, after known: Shown?, at now: Instant) {
        let shown = Shown(
            uuid: sighting.uuid?.said, serial: sighting.serial?.said, isComplete: sighting.isComplete, since: now)
        if !shown.isComplete {
            guard let uuid = shown.uuid else { return nil }
            // Nothing new of the machine that is known.
            if let known, let before = known.uuid, isSame(uuid: uuid, before) {
                self = known
                return
            }
        }
        self = shown
        if let known, known.uuid == uuid, known.serial == serial, known.isComplete == isComplete { since = known.since }
    }
}

extension Sighting {
    /// The machine as it last showed itself.
    package init(mac: MACAddress, _ shown: Shown?) {
        self.init(mac: mac, uuid: shown?.uuid, serial: shown?.serial, isComplete: shown?.isComplete ?? false)
    }
}

extension Host {
    /// What the machine shows against what the manifest names, for one who must find out which of them is wrong; nil for other holds.
    package func contradiction(_ hold: Hold, by sighting: Sighting, _ shows: String = "it shows") -> String? {
        switch hold {
        case .wrongSerial: Self.contradiction("serial", sighting.serial, serial, shows)
        case .wrongUUID: Self.contradiction("UUID", sighting.uuid, uuid, shows)
        default: nil
        }
    }

    private static func contradiction(_ what: String, _ shown: String?, _ named: String?, _ shows: String) -> String {
        guard let named else { return "the manifest names no \(what)" }
        let shown = shown?.said.map { "the \(what) \($0.printable)" } ?? "no \(what)"
        return "\(shows) \(shown), and the manifest names \(named)"
    }
}

extension String {
    /// Itself, bounded; nil for nothing but spaces.
    fileprivate var said: String? { allSatisfy(\.isWhitespace) ? nil : String(prefix(256)) }

    /// What a machine says of itself may be anything.
    package var printable: String {
        String(unicodeScalars.filter { $0.value >= 32 && $0.value < 127 }.map { Character($0) }.prefix(64))
    }
}
