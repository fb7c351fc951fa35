/// One record of a node's log. Only the node that hosts a name writes operations on it.
package indirect enum Operation: Equatable, Sendable {
    /// The name is hosted here, like this. `cites` is the log position that must be applied before (the `moving`
    /// that a handoff ends, or the last known operation of a dead host); nil where the birth alone matters.
    case put(Claim, cites: LogPosition?)
    /// A handoff was offered: until its end or the release, the host logs nothing else on the name but `remove`.
    case moving(name: String, Move)
    /// The attempt ended without a commit; the worker goes on here.
    case settled(name: String, attempt: UInt64)
    /// Another node's claim (`successor`) has taken the name over; applied only after that claim.
    case release(name: String, successor: LogPosition)
    /// The name was unregistered: its birth has ended, and so have those of the rival claims that the host knew
    /// (`alsoEnds`), whatever claims are still on the way.
    case remove(name: String, alsoEnds: [LogPosition])

    package var name: String {
        switch self {
        case .put(let claim, _): claim.name
        case .moving(let name, _), .settled(let name, _), .release(let name, _), .remove(let name, _): name
        }
    }

    /// Positions of other logs that must be applied before this operation.
    package var cited: [LogPosition] {
        switch self {
        case .put(let claim, let cites):
            let birth = claim.birth.origin == claim.host ? [] : [claim.birth]
            return birth + (cites.map { [$0] } ?? [])
        case .release(_, let successor): return [successor]
        case .moving, .settled, .remove: return []
        }
    }
}
