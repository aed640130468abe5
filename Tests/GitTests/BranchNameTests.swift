import Git
import Testing

struct BranchNameTests {
    @Test(arguments: ["main", "site/lab-1", "1.10", "añil"])
    func `what git takes as a branch is one`(name: String) throws { #expect(try isBranchName(name)) }

    @Test(arguments: ["", "../x", "a b", "-x", "x.lock", "a..b", "x/", "a~1", "HEAD", "x\u{7}"])
    func `what git refuses is none`(name: String) throws { #expect(try !isBranchName(name)) }
}
