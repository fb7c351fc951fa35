#if !AMQP
/// What stands for a connection where the package is built without the trait `AMQP`: it cannot be made.
final class BrokerConnection {
    static let frameSize: Int32 = 65_536

    let fileDescriptor: Int32 = -1
    let heartbeatSeconds = 0

    init(
        _ endpoint: AMQPEndpoint, options: AMQPOptions, name: String, guardian: SocketGuard
    ) throws(ConnectionFailure) {
        throw .unusable("This program was built without RabbitMQ: build it with the package trait AMQP.")
    }

    func nextFrame() throws(ConnectionFailure) -> BrokerFrame? { throw .stopped }
    func send(_ method: BrokerMethod, on channel: UInt16) throws(ConnectionFailure) { throw .stopped }
    func publish(
        _ body: [UInt8], exchange: String, key: String, mandatory: Bool, properties: MessageProperties,
        on channel: UInt16
    ) throws(ConnectionFailure) { throw .stopped }
}
#endif
