import SwarmCore

/// What became of a simulated cluster.
public struct SimulationReport: Sendable {
    /// Broken promises, in words; empty if all is well.
    public internal(set) var violations: [String] = []
    /// Events handled.
    public internal(set) var steps = 0
    /// Frames published.
    public internal(set) var frames = 0
    /// Virtual microseconds.
    public internal(set) var simulatedTime: UInt64 = 0
    /// From the end of the faults until all was well, in virtual microseconds.
    public internal(set) var recoveryTime: UInt64 = 0
    /// How often each fault and request happened.
    public internal(set) var counts: [String: Int] = [:]
    /// How often each path of the protocol was taken, as the trackers count them.
    public internal(set) var paths: [String: Int] = [:]
    /// The same for two runs if they took the same steps.
    public internal(set) var digest: UInt64 = 0

    /// Everything that has to happen in a run of many seeds of all profiles: what never happens is not tested.
    public static let faults: [String] =
        SimulatedFault.allCases.map(\.rawValue) + [
            "clientStart", "duplication", "expired", "handoffBusy", "handoffDeclined", "loss", "mergeFailure",
            "mixedKinds",
            "nameLocked", "outsideMessage", "overflow", "requestReturned", "simultaneousStart", "slowMessage",
            "slowStart", "spike",
            "startFailure", "unroutable", "workerFailure",
        ]

    /// The same for what clients ask for.
    public static let requests: [String] = SimulatedRequest.allCases.map(\.rawValue)

    /// The same for the paths of the protocol: all that trackers count. Not among them are drifts, which never happen
    /// unless the protocol is wrong, and the limits of tables, which no simulated cluster reaches.
    public static let paths: [String] = Counter.allCases.filter {
        ![.drifts, .overflows, .requestsRefused].contains($0)
    }.map(\.rawValue)

    mutating func count(_ what: String, _ amount: Int = 1) { counts[what, default: 0] += amount }
}
