import Logging
import Swarm
import SwarmCore
import Testing

@testable import SwarmAMQP

struct InboundFilterTests {
    private func filter(_ change: (inout AMQPOptions) -> Void = { _ in }) -> InboundFilter {
        var options = AMQPOptions()
        change(&options)
        let node = NodeID(name: "a", incarnation: 1)
        let context = TransportContext(cluster: "c", node: node, isClient: false, logger: Logger(label: "test"))
        return InboundFilter(context, user: "swarm", options: options)
    }

    private func judge(
        _ exchange: String, _ key: String, _ user: String?, _ lane: TransportLane, filter: InboundFilter? = nil
    ) -> String {
        let delivery = Delivery(consumerTag: "", tag: 1, isRedelivered: false, exchange: exchange, key: key)
        switch (filter ?? self.filter()).judge(delivery, MessageProperties(userID: user), lane) {
        case .accept(let exchange): return exchange.map(\.rawValue) ?? "default"
        case .ignore: return "ignored"
        case .reject: return "rejected"
        }
    }

    @Test func takesWhatNodesSayThroughTheClustersExchanges() {
        #expect(judge("swarm.c.control", "heartbeat.b", "swarm", .heartbeat) == "control")
        #expect(judge("", "queue", "swarm", .heartbeat) == "default")
        #expect(judge("swarm.c.control", "delta.b", "swarm", .control) == "control")
        #expect(judge("swarm.c.direct", "a.1", "swarm", .control) == "direct")
    }

    @Test func refusesOtherWays() {
        #expect(judge("", "queue", "swarm", .control) == "rejected")
        #expect(judge("", "queue", "swarm", .group) == "rejected")
        #expect(judge("", "queue", "swarm", .request) == "rejected")
        #expect(judge("swarm.other.control", "delta.b", "swarm", .control) == "rejected")
        #expect(judge("swarm.c.groups", "delta.b", "swarm", .control) == "rejected")
        #expect(judge("amq.topic", "heartbeat.b", "swarm", .heartbeat) == "rejected")
    }

    @Test func takesNodesFramesOnlyFromTheClustersUsers() {
        #expect(judge("swarm.c.control", "delta.b", nil, .control) == "rejected")
        #expect(judge("swarm.c.control", "delta.b", "guest", .control) == "rejected")
        #expect(judge("", "queue", "guest", .heartbeat) == "rejected")
        let wider = filter { $0.clusterUsers = ["guest"] }
        #expect(judge("swarm.c.control", "delta.b", "guest", .control, filter: wider) == "control")
        #expect(judge("swarm.c.control", "delta.b", "swarm", .control, filter: wider) == "control")
    }

    @Test func takesGroupMessagesAndRequestsFromAnybody() {
        #expect(judge("swarm.c.groups", "g", nil, .group) == "groups")
        #expect(judge("swarm.c.requests", "lookup", "guest", .request) == "requests")
    }

    @Test func ignoresQuestionsWhetherTheNameIsInUse() {
        #expect(judge("swarm.c.direct", "a.name", "swarm", .control) == "ignored")
        #expect(judge("swarm.c.direct", "a.name", nil, .control) == "rejected")
    }
}
