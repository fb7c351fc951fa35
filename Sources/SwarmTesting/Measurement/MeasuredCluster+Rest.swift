import HashTreeCollections
import IntervalTreeClocks
package import SwarmCore

/// Whether all is done, and how large the clocks are.
extension MeasuredCluster {
    /// What is not as it will be: nil when all nodes know each other and have all of each other's logs, nothing moves,
    /// and every name runs where it belongs.
    package var obstacle: String? {
        guard !live.isEmpty else { return "no node runs" }
        let ids = live.map(\.node).sorted()
        let sequences = live.map { ($0.node, $0.tracker.registry.own.sequence) }
        for node in live {
            guard node.tracker.isReady else { return "\(node.node) is not ready" }
            guard node.tracker.membership.members.count == live.count - 1 else {
                return "\(node.node) has \(node.tracker.membership.members.count + 1) members of \(live.count)"
            }
            guard node.tracker.membership.burials.values.allSatisfy(\.isSettled) else {
                return "\(node.node) has a burial that is not settled"
            }
            for (origin, sequence) in sequences where node.tracker.registry.sequence(of: origin) != sequence {
                return "\(node.node) lacks some of the log of \(origin)"
            }
        }
        let layout = strategy.layout(of: ids.map { PlacementCandidate(name: $0.name) })
        for node in live {
            guard node.tracker.view.claims.count == registered else {
                return "\(node.node) shows \(node.tracker.view.claims.count) of \(registered) names"
            }
            for claim in node.tracker.registry.own.claims.values {
                guard claim.move == nil else { return "\(claim.name) is moving" }
                guard layout.owner(of: claim.name) == node.node.name else {
                    return "\(claim.name) is on \(node.node), its owner is \(layout.owner(of: claim.name) ?? "-")"
                }
            }
        }
        return nil
    }

    /// Visible names at the first node.
    package var visibleNames: Int { live.first?.tracker.view.claims.count ?? 0 }

    /// The sizes of clocks.
    package struct ClockSizes: Sendable {
        /// Encoded stamps of visible names, in bytes.
        package var largestStamp = 0
        package var stampBytes = 0
        package var stamps = 0
        /// Clock ids of live nodes, in bits.
        package var largestID = 0
        package var idBits = 0
        package var ids = 0
        /// Universes that live nodes are in.
        package var universes: Set<Universe> = []

        package var averageStamp: Double { Double(stampBytes) / Double(max(stamps, 1)) }
        package var averageID: Double { Double(idBits) / Double(max(ids, 1)) }
    }

    /// What the clocks take now.
    package var clockSizes: ClockSizes {
        var sizes = ClockSizes()
        for node in live {
            for claim in node.tracker.registry.own.claims.values {
                let size = claim.stamp.events.encoded().count
                sizes.largestStamp = max(sizes.largestStamp, size)
                sizes.stampBytes += size
                sizes.stamps += 1
            }
            guard let heartbeat = node.lastHeartbeat else { continue }
            sizes.largestID = max(sizes.largestID, Int(heartbeat.idBits))
            sizes.idBits += Int(heartbeat.idBits)
            sizes.ids += 1
            if let universe = heartbeat.universe { sizes.universes.insert(universe) }
        }
        return sizes
    }
}
