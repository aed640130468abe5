import Oracle
import ProductSubject

/// Which sequences ask a daemon that is a process of its own; the others ask its parts within ours, which is much quicker.
package enum DaemonShare: Equatable, Sendable {
    case all, none
    /// One sequence of so many.
    case oneOf(UInt64)

    /// `all`, `none` or a number; nil for another text. One of twenty without any.
    package init?(_ text: String?) {
        switch text {
        case nil, "": self = .oneOf(20)
        case "all": self = .all
        case "none": self = .none
        case let text?:
            guard let count = UInt64(text), count > 0 else { return nil }
            self = .oneOf(count)
        }
    }

    package func make(_ place: SubjectPlace) throws -> any Subject {
        switch self {
        case .all: try DaemonSubject(place)
        case .oneOf(let count) where place.seed % count == 0: try DaemonSubject(place)
        case .oneOf, .none: try ProductSubject(place)
        }
    }
}
