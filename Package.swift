// swift-tools-version: 6.2
import PackageDescription

/// One settings array for every target.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "swarm",
    products: [
        .library(name: "IntervalTreeClocks", targets: ["IntervalTreeClocks"]),
        .library(name: "Swarm", targets: ["Swarm"]),
        .library(name: "SwarmAMQP", targets: ["SwarmAMQP"]),
        .library(name: "SwarmClient", targets: ["SwarmClient"]),
        .library(name: "SwarmTesting", targets: ["SwarmTesting"]),
        .executable(name: "swarmctl", targets: ["swarmctl"]),
    ],
    traits: [
        .trait(name: "AMQP", description: "The RabbitMQ transport, which needs librabbitmq."),
        .default(enabledTraits: ["AMQP"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.28.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    ],
    targets: [
        .target(name: "IntervalTreeClocks"),
        .target(
            name: "SwarmCore",
            dependencies: [
                "IntervalTreeClocks",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]
        ),
        .target(
            name: "SwarmWire",
            dependencies: ["SwarmCore", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["swarm.proto"]
        ),
        .target(
            name: "Swarm",
            dependencies: [
                "SwarmCore", "SwarmWire",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .systemLibrary(
            name: "CRabbitMQ",
            pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"])]
        ),
        .target(
            name: "SwarmAMQP",
            dependencies: [
                "Swarm", "SwarmCore",
                .target(name: "CRabbitMQ", condition: .when(traits: ["AMQP"])),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ]
        ),
        .target(
            name: "SwarmClient",
            dependencies: [
                "Swarm", "SwarmAMQP", "SwarmCore",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(name: "SwarmCheckers", path: "Sources/SwarmTesting/Checkers"),
        .target(
            name: "SwarmTesting",
            dependencies: [
                "IntervalTreeClocks", "SwarmCore", "Swarm", "SwarmCheckers",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Checkers"]
        ),
        .executableTarget(
            name: "swarmctl",
            dependencies: [
                "Swarm", "SwarmAMQP", "SwarmClient", "SwarmCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(name: "swarm-simulate", dependencies: ["SwarmTesting"]),
        .executableTarget(name: "swarm-scale", dependencies: ["SwarmTesting", "SwarmCore", "SwarmWire"]),
        .testTarget(name: "IntervalTreeClocksTests", dependencies: ["IntervalTreeClocks"]),
        .testTarget(name: "SwarmCoreTests", dependencies: ["SwarmCore", "IntervalTreeClocks"]),
        .testTarget(name: "SwarmWireTests", dependencies: ["SwarmWire", "SwarmCore", "IntervalTreeClocks"]),
        .testTarget(
            name: "SwarmTests",
            dependencies: [
                "Swarm", "SwarmCore", "SwarmTesting", "IntervalTreeClocks",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]
        ),
        .testTarget(
            name: "SwarmAMQPTests",
            dependencies: ["SwarmAMQP", "Swarm", "SwarmCore", .product(name: "Logging", package: "swift-log")]
        ),
        .testTarget(
            name: "SwarmClientTests",
            dependencies: [
                "SwarmClient", "Swarm", "SwarmCore",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(name: "SimulationTests", dependencies: ["SwarmTesting", "SwarmCore", "SwarmCheckers"]),
        .testTarget(name: "SwarmTestingTests", dependencies: ["SwarmTesting", "Swarm"]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Swarm", "SwarmAMQP", "SwarmClient", "SwarmCore", "SwarmTesting", "swarmctl",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
