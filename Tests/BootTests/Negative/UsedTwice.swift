// error: 'permit' consumed more than once
import Inventory
import NIOCore

@testable import Boot

func pieces(_ body: inout BootableBody, _ permit: consuming BootPermit) -> [IOData] {
    let first = body.next(permit)
    let second = body.next(permit)
    return [first, second].compactMap { $0?.data }
}
