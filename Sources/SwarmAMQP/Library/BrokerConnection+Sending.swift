#if AMQP
import CRabbitMQ

extension BrokerConnection {
    /// Sends one method; the answer, if there is one, comes as a frame.
    func send(_ method: BrokerMethod, on channel: UInt16) throws(ConnectionFailure) {
        scratch.reset()
        switch method {
        case .openChannel:
            try call(AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(out_of_band: amqp_empty_bytes), channel)
        case .closeChannel:
            let close = amqp_channel_close_t(
                reply_code: 200, reply_text: amqp_empty_bytes, class_id: 0, method_id: 0)
            try call(AMQP_CHANNEL_CLOSE_METHOD, close, channel)
        case .channelClosed:
            try call(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t(), channel)
        case .declareExchange(let name, let passive):
            var declare = amqp_exchange_declare_t()
            declare.exchange = try scratch.short(name)
            declare.type = try scratch.short("topic")
            declare.durable = 1
            declare.passive = passive ? 1 : 0
            try call(AMQP_EXCHANGE_DECLARE_METHOD, declare, channel)
        case .declareQueue(let queue):
            var declare = amqp_queue_declare_t()
            declare.queue = try scratch.short(queue.name)
            declare.passive = queue.passive ? 1 : 0
            declare.durable = queue.durable ? 1 : 0
            declare.exclusive = queue.exclusive ? 1 : 0
            declare.arguments = try scratch.table(queue.arguments)
            try call(AMQP_QUEUE_DECLARE_METHOD, declare, channel)
        case .bind(let queue, let exchange, let key):
            var bind = amqp_queue_bind_t()
            bind.queue = try scratch.short(queue)
            bind.exchange = try scratch.short(exchange)
            bind.routing_key = try scratch.short(key)
            try call(AMQP_QUEUE_BIND_METHOD, bind, channel)
        case .unbind(let queue, let exchange, let key):
            var unbind = amqp_queue_unbind_t()
            unbind.queue = try scratch.short(queue)
            unbind.exchange = try scratch.short(exchange)
            unbind.routing_key = try scratch.short(key)
            try call(AMQP_QUEUE_UNBIND_METHOD, unbind, channel)
        case .prefetch(let count):
            let qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: count, global: 0)
            try call(AMQP_BASIC_QOS_METHOD, qos, channel)
        case .consume(let queue, let tag, let acknowledges):
            var consume = amqp_basic_consume_t()
            consume.queue = try scratch.short(queue)
            consume.consumer_tag = try scratch.short(tag)
            consume.no_ack = acknowledges ? 0 : 1
            try call(AMQP_BASIC_CONSUME_METHOD, consume, channel)
        case .cancel(let tag):
            let cancel = amqp_basic_cancel_t(consumer_tag: try scratch.short(tag), nowait: 0)
            try call(AMQP_BASIC_CANCEL_METHOD, cancel, channel)
        case .acknowledge(let tag, let multiple):
            let ack = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple ? 1 : 0)
            try call(AMQP_BASIC_ACK_METHOD, ack, channel)
        case .selectConfirms:
            try call(AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(nowait: 0), channel)
        case .closeConnection:
            let close = amqp_connection_close_t(
                reply_code: 200, reply_text: amqp_empty_bytes, class_id: 0, method_id: 0)
            try call(AMQP_CONNECTION_CLOSE_METHOD, close, channel)
        case .connectionClosed:
            try call(AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t(), channel)
        }
    }

    /// Publishes one message. The user of the login goes along; the broker vouches for it.
    func publish(
        _ body: [UInt8], exchange: String, key: String, mandatory: Bool, properties: MessageProperties,
        on channel: UInt16
    ) throws(ConnectionFailure) {
        scratch.reset()
        let exchangeBytes = try scratch.short(exchange)
        let keyBytes = try scratch.short(key)
        var encoded = try encode(properties)
        let status = body.withUnsafeBytes { bytes in
            let content = amqp_bytes_t(len: bytes.count, bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return guardian.watch {
                amqp_basic_publish(
                    state, channel, exchangeBytes, keyBytes, mandatory ? 1 : 0, 0, &encoded, content)
            }
        }
        guard status == AMQP_STATUS_OK.rawValue else { throw failure(status) }
    }

    private func call<Fields>(
        _ method: some BinaryInteger, _ fields: Fields, _ channel: UInt16
    ) throws(ConnectionFailure) {
        var fields = fields
        let status = withUnsafeMutablePointer(to: &fields) { pointer in
            guardian.watch { amqp_send_method(state, channel, UInt32(method), pointer) }
        }
        guard status == AMQP_STATUS_OK.rawValue else { throw failure(status) }
    }

    private func encode(_ properties: MessageProperties) throws(ConnectionFailure) -> amqp_basic_properties_t {
        var encoded = amqp_basic_properties_t()
        // Nothing of a cluster is worth a disk write: after a restart of the broker its queues are gone.
        encoded.delivery_mode = 1
        encoded.user_id = try scratch.short(user)
        encoded._flags = UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG) | UInt32(AMQP_BASIC_USER_ID_FLAG)
        if let type = properties.contentType {
            encoded.content_type = try scratch.short(type)
            encoded._flags |= UInt32(AMQP_BASIC_CONTENT_TYPE_FLAG)
        }
        if let id = properties.correlationID {
            encoded.correlation_id = try scratch.short(id)
            encoded._flags |= UInt32(AMQP_BASIC_CORRELATION_ID_FLAG)
        }
        if let queue = properties.replyTo {
            encoded.reply_to = try scratch.short(queue)
            encoded._flags |= UInt32(AMQP_BASIC_REPLY_TO_FLAG)
        }
        if let milliseconds = properties.expiration {
            encoded.expiration = try scratch.short(String(milliseconds))
            encoded._flags |= UInt32(AMQP_BASIC_EXPIRATION_FLAG)
        }
        if let id = properties.messageID {
            encoded.message_id = try scratch.short(id)
            encoded._flags |= UInt32(AMQP_BASIC_MESSAGE_ID_FLAG)
        }
        if let type = properties.type {
            encoded.type = try scratch.short(type)
            encoded._flags |= UInt32(AMQP_BASIC_TYPE_FLAG)
        }
        if !properties.headers.isEmpty {
            let entries = properties.headers.sorted { $0.key < $1.key }
                .map { (name: $0.key, value: QueueDeclaration.Argument.text($0.value)) }
            encoded.headers = try scratch.table(entries)
            encoded._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
        }
        return encoded
    }
}
#endif
