@main struct Bootlatch { static func main() {} }
