package import Logging
package import Swarm

/// What the checks of a transport need to know of it.
package struct TransportEnvironment: Sendable {
    package var transport: any Transport
    /// The user its frames carry, as the broker has validated it.
    package var user: String?
    /// Breaks the connections of the node of this name, and lets none be made until `heal`; nil if it cannot be done.
    package var cut: (@Sendable (String) async throws -> Void)?
    package var heal: (@Sendable (String) async throws -> Void)?
    /// After so long without the event a check waits for, it fails.
    package var patience: Duration
    package var logger: Logger

    package init(
        transport: any Transport, user: String?, cut: (@Sendable (String) async throws -> Void)? = nil,
        heal: (@Sendable (String) async throws -> Void)? = nil, patience: Duration = .seconds(20),
        logger: Logger = Logger(label: "transport-check") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.transport = transport
        self.user = user
        self.cut = cut
        self.heal = heal
        self.patience = patience
        self.logger = logger
    }
}

/// A transport does not keep its contract.
package struct ConformanceFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
