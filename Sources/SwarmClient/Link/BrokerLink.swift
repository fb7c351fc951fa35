/// A client's connection to a broker: asks, and gives answers.
///
/// Whatever is asked while there is no connection waits for one within its time. Errors say with `mayHaveExecuted` whether a
/// node may have taken the message: false where no queue took it (`disconnected`, `notReady`), or where it was never sent.
package protocol BrokerLink: Sendable {
    /// Connects, and reconnects for ever, until the task is cancelled. Throws only what retrying cannot cure; whoever waits
    /// for an answer gets the same error.
    func run() async throws

    /// The first answer to a request with this operation as routing key.
    func answer(to key: String, body: [UInt8], timeout: Duration) async throws -> [UInt8]

    /// Gives every answer to `take`, until that returns true, or the time is over.
    func answers(
        to key: String, body: [UInt8], timeout: Duration, until take: ([UInt8]) throws -> Bool
    ) async throws

    /// Publishes to a group, and returns when the broker has the message. False if no queue took it.
    func publish(_ body: [UInt8], to group: String, contentType: String, timeout: Duration) async throws -> Bool
}
