/// Why a request failed, in the form that travels. The public `SwarmError` is made of it.
package struct Failure: Hashable, Sendable, Error {
    package let code: FailureCode
    /// A sentence that ends in what to do next.
    package let message: String
    /// True unless it is certain that no worker saw the message.
    package let mayHaveExecuted: Bool
    /// The registration that stood in the way (`alreadyRegistered`), where known.
    package let holder: RegistrationSummary?

    package init(
        _ code: FailureCode, _ message: String, mayHaveExecuted: Bool = false, holder: RegistrationSummary? = nil
    ) {
        self.code = code
        self.message = message
        self.mayHaveExecuted = mayHaveExecuted
        self.holder = holder
    }
}

/// Where a name runs, as replies say it.
package struct RegistrationSummary: Hashable, Sendable {
    package let name: String
    package let node: NodeID
    package let token: Token

    package init(name: String, node: NodeID, token: Token) {
        self.name = name
        self.node = node
        self.token = token
    }
}
