// error: cannot convert value of type 'AnswerPermit' to expected argument type 'BootPermit'
import Inventory

@testable import Boot

func kernel(_ artifacts: Artifacts, _ permit: consuming AnswerPermit) -> BootableBody? {
    try? artifacts.open("vmlinuz", permit)
}
