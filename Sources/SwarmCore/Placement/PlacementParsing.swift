/// A strategy as it is written on the command line: `ring`, `quorum:K` (K from 1 to 32,768) or `rendezvous`.
package func placementStrategy(parsing text: String) throws(PlacementParsingError) -> any PlacementStrategy {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("ring", 1): return .ring
    case ("rendezvous", 1): return .rendezvous
    case ("quorum", 1): throw PlacementParsingError(text: text, reason: .quorum)
    case ("quorum", _):
        // Digits only: `Int` would take "+3" as well.
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let quorum = Int(parts[1]),
            (1...StaticQuorumRing.quorumLimit).contains(quorum)
        else { throw PlacementParsingError(text: text, reason: .quorum) }
        return .staticQuorum(quorum)
    default: throw PlacementParsingError(text: text, reason: .strategy)
    }
}

/// A strategy was not understood.
package struct PlacementParsingError: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// No strategy of that name.
        case strategy
        /// The K of `quorum:K` is missing, not a number or out of range.
        case quorum
    }

    package let text: String
    package let reason: Reason

    package init(text: String, reason: Reason) {
        self.text = text
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .strategy: "unknown strategy \"\(text)\": expected ring, quorum:K or rendezvous"
        case .quorum:
            "\"\(text)\": expected quorum:K with the number of members that must be heard, "
                + "from 1 to \(StaticQuorumRing.quorumLimit), such as quorum:2"
        }
    }
}
