/// The kinds of manifests that describe a host. They differ in where an interface's permission to netboot stands, and how it is written.
package enum Dialect: String, CaseIterable, Sendable {
    /// Tinkerbell's `Hardware`, `tinkerbell.org/v1alpha1`.
    case hardwareV1Alpha1
    /// Tinkerbell's `Hardware`, `tinkerbell.org/v1alpha2`.
    case hardwareV1Alpha2
    /// Metal3's `BareMetalHost`, `metal3.io/v1alpha1`.
    case bareMetalHost

    /// What an interface's manifest says when it is on, as a person would write it.
    package var on: String {
        switch self {
        case .hardwareV1Alpha1: "allowPXE: true"
        case .hardwareV1Alpha2: "netboot.disabled: false"
        case .bareMetalHost: "\(Self.netbootAnnotation): \"allow\""
        }
    }

    /// What a disarm makes it say.
    package var off: String {
        switch self {
        case .hardwareV1Alpha1: "allowPXE: false"
        case .hardwareV1Alpha2: "netboot.disabled: true"
        case .bareMetalHost: "\(Self.netbootAnnotation): \"deny\""
        }
    }

    /// The annotation whose change arms an interface that is on already.
    package static let armAnnotation = "bootlatch.dev/arm"
    /// The annotation that suspends a host.
    package static let suspendAnnotation = "bootlatch.dev/suspend"
    /// The annotation that is a `BareMetalHost`'s permission.
    package static let netbootAnnotation = "bootlatch.dev/netboot"
}
