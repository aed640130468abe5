/// One planned edit of a manifest, found in the new tip's bytes by the interface's MAC.
package enum Change: Sendable, Hashable {
    /// `allowPXE` and, in the same block, `allowWorkflow` to false.
    case disarm(MACAddress)
    /// `allowPXE` to true, and `allowWorkflow` too when a disarm had changed it.
    case arm(MACAddress, restoreWorkflow: Bool)
    /// The annotation `bootlatch.dev/arm` of the host that holds this interface.
    case annotate(MACAddress, value: String)
}
