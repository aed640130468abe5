// error: 'BootPermit' initializer is inaccessible due to 'fileprivate' protection level
import Inventory

@testable import Boot

func kernel(_ artifacts: Artifacts, _ boot: Inventory.Boot, _ plan: Plan) -> BootableBody? {
    try? artifacts.open("vmlinuz", BootPermit(boot: boot, plan: plan))
}
