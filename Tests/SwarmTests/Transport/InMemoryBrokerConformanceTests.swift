import Swarm
import SwarmTesting
import Testing

@Suite struct InMemoryBrokerConformanceTests {
    @Test(.timeLimit(.minutes(1)), arguments: TransportCheck.allCases) func keeps(check: TransportCheck) async throws {
        let broker = InMemoryBroker()
        let environment = TransportEnvironment(
            transport: broker, user: "swarm", cut: { broker.cut(node: $0) }, heal: { broker.heal(node: $0) })
        try await check.run(in: environment)
    }
}
