#if AMQP
import CRabbitMQ

extension BrokerConnection {
    /// More headers than this, or longer ones in bytes, are left out.
    private static let headerLimit = (count: 64, bytes: 4_096)

    /// Copies a frame out of the library's memory.
    static func decode(_ frame: amqp_frame_t) -> BrokerFrame {
        let channel = frame.channel
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            guard let decoded = frame.payload.method.decoded else { return .other }
            return decode(method: frame.payload.method.id, UnsafeRawPointer(decoded), channel)
        case AMQP_FRAME_HEADER:
            guard frame.payload.properties.class_id == UInt16(AMQP_BASIC_CLASS),
                let decoded = frame.payload.properties.decoded
            else { return .other }
            let properties = decoded.load(as: amqp_basic_properties_t.self)
            return .header(channel: channel, size: frame.payload.properties.body_size, decode(properties))
        case AMQP_FRAME_BODY:
            let bytes = frame.payload.body_fragment
            return .body(channel: channel, [UInt8](UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)))
        default: return .other
        }
    }

    private static func decode(method: UInt32, _ fields: UnsafeRawPointer, _ channel: UInt16) -> BrokerFrame {
        switch method {
        case UInt32(AMQP_BASIC_DELIVER_METHOD):
            let deliver = fields.load(as: amqp_basic_deliver_t.self)
            let delivery = Delivery(
                consumerTag: text(deliver.consumer_tag), tag: deliver.delivery_tag,
                isRedelivered: deliver.redelivered != 0, exchange: text(deliver.exchange),
                key: text(deliver.routing_key))
            return .delivered(channel: channel, delivery)
        case UInt32(AMQP_BASIC_RETURN_METHOD):
            let back = fields.load(as: amqp_basic_return_t.self)
            return .returned(channel: channel, exchange: text(back.exchange), key: text(back.routing_key))
        case UInt32(AMQP_BASIC_ACK_METHOD):
            let ack = fields.load(as: amqp_basic_ack_t.self)
            return .confirmed(channel: channel, tag: ack.delivery_tag, multiple: ack.multiple != 0, isPositive: true)
        case UInt32(AMQP_BASIC_NACK_METHOD):
            let nack = fields.load(as: amqp_basic_nack_t.self)
            return .confirmed(channel: channel, tag: nack.delivery_tag, multiple: nack.multiple != 0, isPositive: false)
        case UInt32(AMQP_BASIC_CANCEL_METHOD):
            let cancel = fields.load(as: amqp_basic_cancel_t.self)
            return .consumerCancelled(channel: channel, tag: text(cancel.consumer_tag))
        case UInt32(AMQP_CHANNEL_CLOSE_METHOD):
            let close = fields.load(as: amqp_channel_close_t.self)
            return .channelClosed(
                channel: channel, BrokerRefusal(code: close.reply_code, text: text(close.reply_text)))
        case UInt32(AMQP_CONNECTION_CLOSE_METHOD):
            return .connectionClosed(refusal(fields.load(as: amqp_connection_close_t.self)))
        case UInt32(AMQP_CONNECTION_BLOCKED_METHOD):
            return .blocked(text(fields.load(as: amqp_connection_blocked_t.self).reason))
        case UInt32(AMQP_CONNECTION_UNBLOCKED_METHOD):
            return .unblocked
        default:
            return reply(method, fields).map { .reply(channel: channel, $0) } ?? .other
        }
    }

    private static func reply(_ method: UInt32, _ fields: UnsafeRawPointer) -> BrokerReply? {
        switch method {
        case UInt32(AMQP_CHANNEL_OPEN_OK_METHOD): return .channelOpened
        case UInt32(AMQP_CHANNEL_CLOSE_OK_METHOD): return .channelClosed
        case UInt32(AMQP_EXCHANGE_DECLARE_OK_METHOD): return .exchangeDeclared
        case UInt32(AMQP_QUEUE_DECLARE_OK_METHOD):
            let queue = fields.load(as: amqp_queue_declare_ok_t.self)
            return .queueDeclared(
                name: text(queue.queue), messages: queue.message_count, consumers: queue.consumer_count)
        case UInt32(AMQP_QUEUE_BIND_OK_METHOD): return .bound
        case UInt32(AMQP_QUEUE_UNBIND_OK_METHOD): return .unbound
        case UInt32(AMQP_BASIC_QOS_OK_METHOD): return .prefetchSet
        case UInt32(AMQP_BASIC_CONSUME_OK_METHOD):
            return .consuming(tag: text(fields.load(as: amqp_basic_consume_ok_t.self).consumer_tag))
        case UInt32(AMQP_BASIC_CANCEL_OK_METHOD):
            return .cancelled(tag: text(fields.load(as: amqp_basic_cancel_ok_t.self).consumer_tag))
        case UInt32(AMQP_CONFIRM_SELECT_OK_METHOD): return .confirmsSelected
        case UInt32(AMQP_CONNECTION_CLOSE_OK_METHOD): return .connectionClosed
        default: return nil
        }
    }

    private static func decode(_ properties: amqp_basic_properties_t) -> MessageProperties {
        var decoded = MessageProperties()
        func field(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            properties._flags & UInt32(flag) != 0 ? text(bytes) : nil
        }
        decoded.contentType = field(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type)
        decoded.correlationID = field(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id)
        decoded.replyTo = field(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to)
        decoded.expiration = field(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration).flatMap { UInt32($0) }
        decoded.messageID = field(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id)
        decoded.type = field(AMQP_BASIC_TYPE_FLAG, properties.type)
        decoded.userID = field(AMQP_BASIC_USER_ID_FLAG, properties.user_id)
        guard properties._flags & UInt32(AMQP_BASIC_HEADERS_FLAG) != 0 else { return decoded }
        let entries = UnsafeBufferPointer(
            start: properties.headers.entries, count: Int(properties.headers.num_entries))
        for entry in entries.prefix(headerLimit.count) {
            let isText =
                entry.value.kind == UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
                || entry.value.kind == UInt8(AMQP_FIELD_KIND_BYTES.rawValue)
            guard isText, entry.value.value.bytes.len <= headerLimit.bytes else { continue }
            decoded.headers[text(entry.key)] = text(entry.value.value.bytes)
        }
        return decoded
    }

    static func refusal(_ close: amqp_connection_close_t) -> BrokerRefusal {
        BrokerRefusal(code: close.reply_code, text: text(close.reply_text))
    }

    /// What is not UTF-8 is mended, not refused.
    private static func text(_ bytes: amqp_bytes_t) -> String {
        String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}
#endif
