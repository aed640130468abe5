// error: 'content' is inaccessible due to 'private' protection level
import Inventory
import NIOCore

@testable import Boot

func bytes(_ body: BootableBody) -> Any {
    body.content
}
