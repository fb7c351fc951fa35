// `NodeID`, `Token` and the placement strategies belong to the public API; users import `Swarm` alone.
@_exported public import SwarmCore
