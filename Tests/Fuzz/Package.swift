// swift-tools-version: 6.2
import PackageDescription

// Boot and its tests alone, so that the decoders can be built optimised and under AddressSanitizer without the rest. The folders
// are links to the product's own sources; `scripts/fuzz-decoders` builds and runs it.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"), .unsafeFlags(["-enable-testing"]),
]
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(
            name: "Inventory", dependencies: [.product(name: "HashTreeCollections", package: "swift-collections")],
            swiftSettings: settings),
        .target(name: "Boot", dependencies: ["Inventory", logging] + nio, swiftSettings: settings),
        .testTarget(
            name: "BootTests", dependencies: ["Boot", "Inventory", logging] + nio,
            exclude: ["Captures", "Goldens", "Negative"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
