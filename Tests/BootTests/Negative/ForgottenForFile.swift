// error: missing argument for parameter
import Inventory

@testable import Boot

func kernel(_ artifacts: Artifacts) -> BootableBody? {
    try? artifacts.open("vmlinuz")
}
