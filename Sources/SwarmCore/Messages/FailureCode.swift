/// The codes of failures; the raw values travel and never change their meaning.
package enum FailureCode: UInt8, CaseIterable, Sendable {
    case invalidArgument = 1
    case alreadyRegistered = 2
    case notFound = 3
    case unknownKind = 4
    case startFailed = 5
    case workerFailed = 6
    case mailboxFull = 7
    case timeout = 8
    case noQuorum = 9
    case notReady = 10
    case notOwner = 11
    case overloaded = 12
    case stopped = 13
    case disconnected = 14
    case unauthorized = 15
    case decodingFailed = 16
    case uncertain = 17
    case nameTaken = 18
    case connectionRefused = 19
    case accessRefused = 20
    case tooLarge = 21
    case notRunning = 22
    case membersLimit = 23

    /// Whether the same request may succeed a moment later.
    package var isRetryable: Bool {
        switch self {
        case .timeout, .noQuorum, .notReady, .notOwner, .overloaded, .disconnected, .mailboxFull, .connectionRefused:
            true
        default: false
        }
    }
}
