import SwarmCore
import Testing

@testable import Swarm

@Suite struct TrustFilterTests {
    private func frame(_ exchange: TransportExchange?, user: String?) -> InboundFrame {
        InboundFrame(lane: .control, exchange: exchange, key: "all", body: [], userID: user)
    }

    private let closed = TrustFilter(clusterUsers: ["swarm"], outsidePermissions: ["shop": [.read]])
    private let open = TrustFilter(clusterUsers: nil, outsidePermissions: ["shop": [.read]])

    @Test func onlyControlAndDirectCarryWhatNodesSay() {
        #expect(closed.admits(frame(.control, user: "swarm")))
        #expect(closed.admits(frame(.direct, user: "swarm")))
        #expect(!closed.admits(frame(.groups, user: "swarm")))
        #expect(!closed.admits(frame(.requests, user: "swarm")))
    }

    @Test func onlyTheClustersUsersAreHeard() {
        #expect(!closed.admits(frame(.control, user: "shop")))
        #expect(!closed.admits(frame(.control, user: nil)))
        #expect(!closed.admits(frame(nil, user: nil)))
    }

    @Test func withoutConfiguredUsersAllButTheOutsidersAreHeard() {
        #expect(open.admits(frame(.control, user: nil)))
        #expect(open.admits(frame(.control, user: "anybody")))
        #expect(!open.admits(frame(.control, user: "shop")))
    }

    @Test func theDefaultExchangeBringsOnlyProbes() {
        let filter = closed
        #expect(filter.admits(.probe(nonce: 1), through: nil))
        #expect(!filter.admits(.vector([]), through: nil))
        #expect(filter.admits(.vector([]), through: .control))
    }

    @Test func permissionsAreByUser() {
        #expect(closed.permissions(of: "swarm") == OutsidePermission.all)
        #expect(closed.permissions(of: "shop") == [.read])
        #expect(closed.permissions(of: "nobody") == [])
        #expect(closed.permissions(of: nil) == [])
        #expect(open.permissions(of: nil) == OutsidePermission.all)
        #expect(open.permissions(of: "shop") == [.read])
    }
}
