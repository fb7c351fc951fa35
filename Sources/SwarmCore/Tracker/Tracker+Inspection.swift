import HashTreeCollections
import IntervalTreeClocks

/// What people see of a tracker.
extension Tracker {
    /// A member as `nodes` shows it.
    package struct MemberSummary: Sendable {
        package let node: NodeID
        package let life: UInt32
        package let kinds: [String]
        package let weight: UInt32
        package let isClient: Bool
        package let isReady: Bool
        package let isDraining: Bool
        /// Microseconds since it was last heard; 0 for this node.
        package let silence: UInt64
    }

    /// All live members, this node too, in order.
    package var memberSummaries: [MemberSummary] {
        let own = membership.own
        var all = membership.live.compactMap { node in
            membership.members[node].map { member in
                MemberSummary(
                    node: node, life: member.life, kinds: member.description.kinds,
                    weight: member.description.weight, isClient: member.description.isClient, isReady: member.isReady,
                    isDraining: member.isDraining, silence: now.uptime - min(member.lastHeard, now.uptime))
            }
        }
        all.append(
            MemberSummary(
                node: node, life: own.life, kinds: own.kinds, weight: own.weight, isClient: own.isClient,
                isReady: isReady, isDraining: draining != nil, silence: 0))
        return all.sorted { $0.node < $1.node }
    }

    package var isHealthy: Bool { membership.health.isHealthy }
    package var quorumHeld: Bool { hasQuorum }
    package var placement: PlacementTable { layouts }

    /// A JSON object with the state of this tracker. Names and payloads are not in it.
    package func inspection() -> String {
        let members = memberSummaries.map { member in
            "{\"node\":\(Self.quote(member.node.description)),\"ready\":\(member.isReady),\"draining\":\(member.isDraining),\"silence_us\":\(member.silence)}"
        }
        let logs = registry.positions.map { position in
            "{\"origin\":\(Self.quote(position.origin.description)),\"sequence\":\(position.sequence),\"alive\":\(registry.isAlive(position.origin)),\"names\":\(registry.logs[position.origin]?.claims.count ?? 0)}"
        }
        let burials = membership.burials.keys.sorted().map { node in
            "{\"node\":\(Self.quote(node.description)),\"settled\":\(membership.burials[node]?.isSettled ?? false)}"
        }
        let fields = [
            "\"node\":\(Self.quote(node.description))", "\"life\":\(membership.own.life)", "\"ready\":\(isReady)",
            "\"healthy\":\(isHealthy)", "\"quorum\":\(hasQuorum)", "\"draining\":\(draining != nil)",
            "\"names\":\(registry.view.claims.count)", "\"workers\":\(workers.count)",
            "\"orphans\":\(registry.orphans.count)", "\"outgoing\":\(outgoing.count)",
            "\"incoming\":\(incoming.count)", "\"starts\":\(starts.count)", "\"required\":\(registry.required.count)",
            "\"requests\":\(requests.count)",
            "\"universe\":\(universe.map { "\($0.generation)" } ?? "null")", "\"id_bits\":\(clockID.bitCount)",
            "\"placement\":\(Self.quote(String(layouts.digest, radix: 16)))",
            "\"members\":[\(members.joined(separator: ","))]", "\"logs\":[\(logs.joined(separator: ","))]",
            "\"burials\":[\(burials.joined(separator: ","))]",
        ]
        return "{" + fields.joined(separator: ",") + "}"
    }

    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20: quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
