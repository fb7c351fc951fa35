import Swarm

/// The workers that `swarmctl node` can start, by kind.
enum BuiltInKinds {
    static let all: [String: any Worker.Type] = [
        Counter.kind: Counter.self, Echo.kind: Echo.self, Ticker.kind: Ticker.self,
    ]

    static var names: [String] { all.keys.sorted() }
}
