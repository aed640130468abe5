/// What a bad network does to datagrams, the same way each time for the same seed.
package struct Faults: Hashable, Sendable {
    package var seed: UInt64
    /// The share of datagrams that are lost, and that arrive twice, from 0 to 1.
    package var loss: Double
    package var duplicates: Double
    /// Each copy is late by up to this much, so that datagrams overtake each other.
    package var delay: Duration

    package static let none = Faults(seed: 0)

    package init(seed: UInt64, loss: Double = 0, duplicates: Double = 0, delay: Duration = .zero) {
        self.seed = seed
        self.loss = loss
        self.duplicates = duplicates
        self.delay = delay
    }

    /// The faults of one conversation: independent of those of another label, and the same each time.
    package func of(_ label: String) -> Faults {
        var faults = self
        // FNV-1a: Swift's own hashes differ from run to run.
        let hash = label.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        faults.seed ^= hash
        return faults
    }

    /// The fate of one datagram: a delay for each copy that arrives, none when it is lost.
    package func fate(_ random: inout SeededRandom) -> [Duration] {
        // Always four draws: what one datagram meets does not shift with the settings of another fault.
        let (lost, twice) = (random.unit(), random.unit())
        let delays = [random.unit(), random.unit()].map { delay * $0 }
        if lost < loss { return [] }
        return twice < duplicates ? delays : [delays[0]]
    }
}

/// SplitMix64: small, and the same sequence on every machine.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
