// swift-tools-version: 6.2
import Foundation
import PackageDescription

// CI treats warnings as errors; a user's newer compiler must not break on a new warning.
let strict: [SwiftSetting] = Context.environment["BOOTLATCH_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + strict

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}
func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}

let nio: [Target.Dependency] = [
    product("NIOCore", "swift-nio"), product("NIOPosix", "swift-nio"), product("NIOHTTP1", "swift-nio"),
]

let package = Package(
    name: "bootlatch",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibyaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        // What Swift cannot say to libgit2: variadic options, and a socket stream with deadlines.
        .target(name: "CGitTransport", dependencies: ["CLibgit2"]),

        module("Inventory", [product("HashTreeCollections", "swift-collections")]),
        module("YAML", ["CLibyaml"]),
        module("Manifest", ["Inventory", "YAML"]),
        module("Git", ["CLibgit2", "CGitTransport"]),
        module("Journal", ["Inventory", product("GRDB", "GRDB.swift"), product("Logging", "swift-log")]),
        module("Boot", ["Inventory", product("Logging", "swift-log")] + nio),
        module("Provision", ["Inventory"]),
        module("Simulate", ["Inventory"] + nio),
        module(
            "Reconcile", ["Inventory", "Manifest", "Git", "Journal", product("Logging", "swift-log")]),
        module(
            "Web",
            [
                "Inventory", "Journal", "Reconcile", product("HashTreeCollections", "swift-collections"),
                product("Hummingbird", "hummingbird"), product("Logging", "swift-log"),
            ] + nio),
        .executableTarget(
            name: "bootlatch",
            dependencies: [
                "Inventory", "YAML", "Manifest", "Git", "Journal", "Boot", "Provision", "Simulate", "Reconcile", "Web",
                product("ArgumentParser", "swift-argument-parser"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
                product("UnixSignals", "swift-service-lifecycle"), product("Hummingbird", "hummingbird"),
                product("Logging", "swift-log"),
            ] + nio,
            swiftSettings: settings),

        // How tests start programs and wait for their end.
        .target(name: "Programs", path: "Tests/Programs", swiftSettings: settings),
        // The rules of armings, written a second time without the product, and sequences that compare the two.
        .target(name: "Oracle", dependencies: ["Programs"], path: "Tests/Oracle", swiftSettings: settings),
        .target(
            name: "ProductSubject",
            dependencies: [
                "Oracle", "Inventory", "Git", "Journal", "Reconcile", product("Logging", "swift-log"),
                product("HashTreeCollections", "swift-collections"),
            ],
            path: "Tests/ProductSubject", swiftSettings: settings),
        .target(
            name: "DaemonSubject",
            dependencies: ["Oracle", "ProductSubject", "Programs", "Simulate"] + nio,
            path: "Tests/DaemonSubject", swiftSettings: settings),
        .executableTarget(
            name: "torture", dependencies: ["Oracle", "DaemonSubject"], path: "Tests/Torture", swiftSettings: settings),
        .executableTarget(
            name: "parse-benchmark", dependencies: ["CLibyaml", "YAML", "Manifest"], path: "Tests/Benchmarks/Parse",
            swiftSettings: settings),
        tests("OracleTests", ["Oracle", "DaemonSubject", "bootlatch"]),

        tests("InventoryTests", ["Inventory"]),
        tests("YAMLTests", ["YAML"]),
        // Files that were made to cost time or memory: for the parser's tests, and for the program's.
        .target(name: "BadInputs", dependencies: ["Inventory"], path: "Tests/BadInputs", swiftSettings: settings),
        tests("ManifestTests", ["BadInputs", "Manifest", "Inventory", "YAML"]),
        // Git servers as people run them, for the tests that need one.
        .target(
            name: "GitServers", dependencies: ["Git", "Programs"], path: "Tests/GitServers",
            resources: [.copy("Servers")],
            swiftSettings: settings),
        tests("GitTests", ["Git", "GitServers", "Programs"]),
        tests(
            "JournalTests", ["Journal", "Inventory", product("GRDB", "GRDB.swift"), product("Logging", "swift-log")]),
        tests(
            "BootTests", ["Boot", "Inventory", "Programs", product("Logging", "swift-log")] + nio,
            exclude: ["Captures", "Goldens", "Negative"]),
        tests("ProvisionTests", ["Provision", "Manifest", "Inventory"]),
        tests("SimulateTests", ["Simulate", "Inventory", "Programs"] + nio, resources: [.copy("Captures")]),
        tests(
            "ReconcileTests",
            [
                "Reconcile", "Inventory", "Manifest", "Git", "GitServers", "Journal", "Programs",
                product("Logging", "swift-log"),
            ]),
        tests("WebTests", ["Web", "Inventory", "Journal", "Reconcile"] + nio),
        tests(
            "bootlatchTests",
            [
                "BadInputs", "bootlatch", "Boot", "GitServers", "Inventory", "Manifest", "Programs", "Reconcile",
                "Simulate", "Web", "YAML", product("ArgumentParser", "swift-argument-parser"),
            ] + nio),
    ],
    swiftLanguageModes: [.v6]
)
