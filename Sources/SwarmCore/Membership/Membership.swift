/// Who is alive, who was buried, and whether this node may judge at all.
package struct Membership: Sendable {
    package var own: MemberDescription
    package var members: [NodeID: Member] = [:]
    package var burials: [NodeID: BurialRecord] = [:]
    package var health = Health()
    /// Burials that aged out: what others still have of these nodes counts as seen, and is not taken in again.
    package var forgotten = RecentSet<NodeID>(limit: 16_384)

    /// More burials than this are forgotten early, the oldest first.
    package static let burialLimit = 1_024
    /// More members than this are not taken in.
    package static let memberLimit = 4_096

    package init(own: MemberDescription) { self.own = own }

    /// Other nodes that are alive, in order.
    package var live: [NodeID] { members.keys.sorted() }

    /// Those that host workers and are ready.
    package var readyPeers: [NodeID] { live.filter { members[$0]?.isReady == true && !isClient($0) } }

    /// This node's place among the ready peers but for `other`, in order, and how many they are with this one. Asked for each
    /// hello and report, of which a large cluster hears thousands at once: nothing is sorted.
    package func placeAmongReady(without other: NodeID) -> (place: Int, count: Int) {
        var (place, count) = (0, 1)
        for (node, member) in members where member.isReady && node != other && !member.description.isClient {
            count += 1
            if node < own.node { place += 1 }
        }
        return (place, count)
    }

    package func isClient(_ node: NodeID) -> Bool { members[node]?.description.isClient ?? false }

    /// Live members (this node too) that host workers.
    package var workerNodes: [NodeID] {
        (live.filter { !isClient($0) } + (own.isClient ? [] : [own.node])).sorted()
    }

    /// The newest incarnation known of a node name.
    package func incarnation(of name: String) -> NodeID? {
        members.keys.filter { $0.name == name }.max()
    }

    package func isBuried(_ sender: Sender) -> Bool {
        burials[sender.node].map { sender.life <= $0.life } ?? false
    }

    /// An older incarnation than one that is alive.
    package func isReplaced(_ node: NodeID) -> Bool {
        if node.name == own.node.name { return node.incarnation < own.node.incarnation }
        return incarnation(of: node.name).map { node.incarnation < $0.incarnation } ?? false
    }

    /// The node that follows this one among `nodes` (sorted), for things one peer is to do.
    package func successor(among nodes: [NodeID]) -> NodeID? {
        nodes.first { $0 > own.node } ?? nodes.first
    }

    /// Whom this node monitors: all, or the `count` successors on the ring of members.
    package func monitored(limit: Int, count: Int) -> [NodeID]? {
        let nodes = live
        guard nodes.count + 1 > limit else { return nil }
        let later = nodes.filter { $0 > own.node }
        return Array((later + nodes.filter { $0 < own.node }).prefix(count))
    }
}
