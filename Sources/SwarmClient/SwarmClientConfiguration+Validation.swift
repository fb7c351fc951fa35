import Swarm
import SwarmCore

extension SwarmClientConfiguration {
    /// The longest timeout that a node grants.
    static let timeoutLimit: Duration = .seconds(300)

    /// Throws ``SwarmError`` (`invalidArgument`) for the first thing that is wrong.
    func validate() throws {
        do { try Naming.checkWord(cluster, role: "cluster") } catch { throw SwarmError(error) }
        try Self.check(timeout: requestTimeout, "requestTimeout")
        guard requestsUnderWay >= 1, requestLimit >= 1, messageBytes >= 1 else {
            throw SwarmError(
                .invalidArgument, "requestsUnderWay, requestLimit and messageBytes have to be at least 1.")
        }
    }

    static func check(timeout: Duration, _ what: String) throws {
        guard (.milliseconds(1)...timeoutLimit).contains(timeout) else {
            throw SwarmError(.invalidArgument, "\(what) is \(timeout); use a millisecond to \(timeoutLimit).")
        }
    }
}
