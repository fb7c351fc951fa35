import Foundation
import Swarm
import SwarmAMQP
import SwarmCore
import SwarmTesting
import Synchronization
import Testing

/// The contract of `Transport`, against a real broker, as for every other transport.
@Suite struct AMQPConformanceTests {
    /// Each node's connections go over a cable of its own, which can be cut.
    private final class CabledTransport: Transport {
        private let url: URL
        private let options: AMQPOptions
        private let cables = Mutex<[String: TCPForwarder]>([:])

        init(url: String) throws {
            self.url = try #require(URL(string: url))
            var options = AMQPOptions()
            options.nameLockTimeout = .seconds(2)
            self.options = options
        }

        deinit { for cable in cables.withLock(\.values) { cable.end() } }

        func makeNodeTransport(_ context: TransportContext) -> any NodeTransport {
            let name = context.node.name
            let cable = cables.withLock { cables -> TCPForwarder? in
                if let cable = cables[name] { return cable }
                guard let port = url.port.flatMap({ UInt16(exactly: $0) }) else { return nil }
                cables[name] = try? TCPForwarder(to: port)
                return cables[name]
            }
            let login = [url.user, url.password].compactMap(\.self).joined(separator: ":")
            return AMQPTransport("amqp://\(login)@127.0.0.1:\(cable?.port ?? 1)\(url.path)", options: options)
                .makeNodeTransport(context)
        }

        func cut(_ name: String) { cables.withLock { $0[name] }?.cut() }
        func mend(_ name: String) { cables.withLock { $0[name] }?.mend() }
    }

    @Test(.timeLimit(.minutes(2)), arguments: TransportCheck.allCases) func keeps(check: TransportCheck) async throws {
        let url = try BrokerFixture.url()
        let transport = try CabledTransport(url: url)
        let environment = TransportEnvironment(
            transport: transport, user: URL(string: url)?.user, cut: { transport.cut($0) }, heal: { transport.mend($0) }
        )
        try await check.run(in: environment)
    }
}
