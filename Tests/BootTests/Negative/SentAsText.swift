// error: 'directory' is inaccessible due to 'private' protection level
import Inventory

@testable import Boot

func kernel(_ artifacts: Artifacts, _ request: HTTPRequest) throws -> HTTPReply {
    .file(try artifacts.directory.open("vmlinuz"), named: "vmlinuz", request)
}
