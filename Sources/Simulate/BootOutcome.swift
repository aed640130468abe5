/// How a boot ended. A refusal is an outcome like any other.
package enum BootOutcome: Hashable, Sendable {
    /// The machine turned to its disk: nobody booted it from the network, for this reason.
    case localDisk(String)
    /// A kernel was loaded and started.
    case booted(Kernel)
    /// Control went to a program that is not iPXE, such as another boot loader.
    case chained(URI)
    case poweredOff
    /// The machine stands still, or met something that it does not understand.
    case failed(step: String, why: String)
}

extension BootOutcome {
    /// A kernel with all that was loaded beside it.
    package struct Kernel: Hashable, Sendable {
        package var url: URI
        package var initrds: [URI]
        package var arguments: String
        /// Kernel and initrds together.
        package var bytes: Int
        /// The text of every script that ran, outermost first.
        package var scripts: [String]

        /// The webhook of this boot: the first URL with `/hooks/` in the arguments, else in the scripts.
        package var hook: Hook? {
            Hook.find(in: arguments) ?? scripts.lazy.reversed().compactMap { Hook.find(in: $0) }.first
        }
    }
}
