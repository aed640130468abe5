import Testing

@testable import Simulate

@Suite struct URITests {
    @Test(arguments: [
        ("http://10.0.0.1:8080/a/b?c=d", "10.0.0.1", 8080, "/a/b?c=d"), ("http://h", "h", 80, "/"),
        ("https://h/x", "h", 443, "/x"), ("tftp://10.0.0.1/undionly.kpxe", "10.0.0.1", 69, "/undionly.kpxe"),
        ("HTTP://h?q", "h", 80, "/?q"), ("http://h/a#b", "h", 80, "/a"),
    ])
    func `a URL has host, port and path`(text: String, host: String, port: Int, path: String) throws {
        let uri = try #require(URI(text))
        #expect((uri.host, uri.port, uri.path) == (host, port, path))
    }

    @Test(arguments: [
        "", "h", "/a", "a b://h", "://h", "http://", "http:///a", "http://h:0/", "http://h:99999", "http://a:1:2",
    ])
    func `anything else is none`(text: String) { #expect(URI(text) == nil) }

    @Test(arguments: [
        ("vmlinuz", "http://h:1/boot/vmlinuz"), ("/vmlinuz", "http://h:1/vmlinuz"), ("../x/./y", "http://h:1/x/y"),
        ("//o/z", "http://o/z"), ("?b", "http://h:1/boot/script?b"), ("tftp://o/f", "tftp://o/f"),
        ("../../../x", "http://h:1/x"), ("a/..", "http://h:1/boot/"), ("x?u=../y", "http://h:1/boot/x?u=../y"),
    ])
    func `a reference is resolved against the script's URL`(reference: String, result: String) throws {
        let base = try #require(URI("http://h:1/boot/script?mac=a/b"))
        #expect(base.resolving(reference)?.description == result)
    }

    @Test func `a scheme without slashes is no reference`() throws {
        #expect(try #require(URI("http://h/")).resolving("file:x") == nil)
    }

    @Test(arguments: [
        ("http://h/a/b.efi?x=/y", "b.efi"), ("http://h", ""), ("tftp://h/52:54/snponly.efi", "snponly.efi"),
    ])
    func `the name is the last part of the path`(text: String, name: String) { #expect(URI(text)?.name == name) }
}
