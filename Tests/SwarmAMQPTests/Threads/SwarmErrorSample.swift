import Swarm
import SwarmCore

enum SwarmErrorSample {
    static let first = SwarmError(.stopped, "first")
    static let second = SwarmError(.stopped, "second")
}
