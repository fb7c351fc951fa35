import Foundation

/// The broker that the tests share. `scripts/test` starts one and names it in the environment.
enum BrokerFixture {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private static let variable = "SWARM_TEST_BROKER"

    /// The shared broker's URL; without one the test fails, it is not skipped.
    static func url() throws -> String {
        guard let url = ProcessInfo.processInfo.environment[variable], !url.isEmpty else {
            throw Missing(
                description: """
                    \(variable) is not set: run the tests with scripts/test, or start a broker with \
                    'scripts/broker start DIR' and set \(variable)=amqp://guest:guest@127.0.0.1:PORT
                    """)
        }
        return url
    }

    /// Names of the cluster of one test: tests share the broker, never a cluster.
    static func cluster() -> String { "t" + String(UInt64.random(in: .min ... .max), radix: 36) }

    /// Where `scripts` is.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
