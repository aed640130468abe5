import Inventory

/// What a machine runs whose MAC is on its way into its manifest: it waits, and asks again.
struct WaitingScript {
    var host: Host.ID
    /// Its script's URL.
    var again: String

    /// Seconds between two requests: a commit takes one or two.
    static let pause = 5
    /// Five minutes; then the machine boots its disk, and its next boot finds the MAC known.
    static let mostTries = 60

    var text: String {
        """
        #!ipxe
        echo Bootlatch: this machine is \(host), and its MAC is being written into the inventory
        sleep \(Self.pause)
        chain --replace \(again) || exit 1

        """
    }
}
