/// One planned edit of a manifest, found in the new tip's bytes by the interface's MAC.
package enum Change: Sendable, Hashable {
    /// The permission to what its dialect writes for off; in Tinkerbell's v1alpha1 also `allowWorkflow`, in the same block, to false.
    case disarm(MACAddress)
    /// The permission to what its dialect writes for on, and `allowWorkflow` to true when a disarm had changed it.
    case arm(MACAddress, restoreWorkflow: Bool)
    /// A MAC into the interface that has none yet, which this key stands for.
    case bind(MACAddress, to: MACAddress)
    /// The annotation `bootlatch.dev/arm` of the host that holds this interface.
    case annotate(MACAddress, value: String)
    /// The annotation `bootlatch.dev/suspend` of the host that holds this interface.
    case suspend(MACAddress, reason: String)
    /// The same annotation taken out.
    case resume(MACAddress)
}
