import SwarmCore
import Testing

/// The strategies that come with the library, as arguments of the tests that hold for all of them.
enum ShippedStrategy: String, CaseIterable, CustomTestStringConvertible {
    case ring, staticQuorum, rendezvous

    var testDescription: String { rawValue }

    var strategy: any PlacementStrategy {
        switch self {
        case .ring: .ring
        case .staticQuorum: .staticQuorum(3)
        case .rendezvous: .rendezvous
        }
    }

    func layout(_ candidates: [PlacementCandidate]) -> any PlacementLayout { strategy.layout(of: candidates) }

    func layout(_ names: [String]) -> any PlacementLayout { layout(names.map { PlacementCandidate(name: $0) }) }
}
