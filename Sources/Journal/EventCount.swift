import Inventory

/// What is counted of an event: its kind and, where its detail begins with one of a few words, that word.
package struct EventCount: Hashable, Sendable {
    package var kind: Event.Kind
    package var word: String?

    package init(_ kind: Event.Kind, _ word: String? = nil) {
        self.kind = kind
        self.word = word
    }

    init(_ event: Event) {
        let word = String(event.detail.prefix { $0 != ":" })
        self.init(event.kind, Self.words(of: event.kind).contains(word) ? word : nil)
    }

    /// Every one there is.
    package static var all: [EventCount] {
        Event.Kind.allCases.flatMap { kind in
            [EventCount(kind)] + words(of: kind).map { EventCount(kind, $0) }
        }
    }

    private static func words(of kind: Event.Kind) -> [String] {
        switch kind {
        case .spent: Ending.allCases.map(\.rawValue)
        case .committed: Ending.allCases.map(\.rawValue) + [Intent.seen]
        case .held: Hold.allCases.map(\.rawValue)
        case .report: Journal.Outcome.allCases.map(\.rawValue)
        case .alert: [Event.diskNotReached]
        default: []
        }
    }
}
