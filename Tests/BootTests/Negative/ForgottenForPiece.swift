// error: missing argument for parameter
import Inventory
import NIOCore

@testable import Boot

func piece(_ body: inout BootableBody) -> IOData? {
    body.next()?.data
}
