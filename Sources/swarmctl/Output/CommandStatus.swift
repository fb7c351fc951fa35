import ArgumentParser
import Swarm
import SwarmClient

/// What the process ends with. Ordered by weight: of several results the heaviest counts.
enum CommandStatus: Int32, Comparable, Sendable {
    case done = 0
    /// The cluster or the broker said no.
    case negative = 1
    /// Broker or cluster not reached in time; what was asked may have been done or not.
    case unreached = 3
    /// The arguments cannot be used.
    case usage = 64

    static func < (left: CommandStatus, right: CommandStatus) -> Bool { left.rawValue < right.rawValue }

    init(_ failure: RequestFailure) {
        switch (failure.source, failure.error.code) {
        case (_, .timeout), (_, .uncertain), (_, .notReady), (_, .notOwner), (_, .disconnected): self = .unreached
        case (_, .accessRefused), (_, .unauthorized), (.cluster, _), (.client, _): self = .negative
        case (.unreached, .invalidArgument): self = .usage
        case (.unreached, _): self = .unreached
        }
    }

    /// Ends the command.
    func exit() throws {
        if self != .done { throw ExitCode(rawValue) }
    }
}
