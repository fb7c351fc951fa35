#if AMQP
import CRabbitMQ

/// Memory for the texts of one call into the library, used again for the next.
final class ScratchBytes {
    /// More than the fields of any method need; the headers of a message have to fit too.
    static let capacity = 32_768

    private let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    private var used = 0
    /// What a header frame of the connection can hold; set once it is known.
    var limit = capacity

    deinit { memory.deallocate() }

    /// Forgets what the last call needed.
    func reset() { used = 0 }

    /// A short string: at most 255 bytes.
    func short(_ text: String) throws(ConnectionFailure) -> amqp_bytes_t {
        guard text.utf8.count <= 255 else { throw .unsendable("a text of \(text.utf8.count) bytes where 255 fit") }
        return try long(text)
    }

    func long(_ text: String) throws(ConnectionFailure) -> amqp_bytes_t {
        let count = text.utf8.count
        guard count > 0 else { return amqp_empty_bytes }
        let start = try reserve(count)
        UnsafeMutableRawBufferPointer(start: start, count: count).copyBytes(from: text.utf8)
        return amqp_bytes_t(len: count, bytes: start)
    }

    func table(_ entries: [(name: String, value: QueueDeclaration.Argument)]) throws(ConnectionFailure) -> amqp_table_t
    {
        guard !entries.isEmpty else { return amqp_empty_table }
        let size = MemoryLayout<amqp_table_entry_t>.stride
        let start = try reserve(size * entries.count)
            .bindMemory(to: amqp_table_entry_t.self, capacity: entries.count)
        for (index, entry) in entries.enumerated() {
            var field = amqp_field_value_t()
            switch entry.value {
            case .number(let number):
                field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
                field.value.i64 = number
            case .text(let text):
                field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
                field.value.bytes = try long(text)
            }
            (start + index).initialize(to: amqp_table_entry_t(key: try short(entry.name), value: field))
        }
        return amqp_table_t(num_entries: Int32(entries.count), entries: start)
    }

    private func reserve(_ count: Int) throws(ConnectionFailure) -> UnsafeMutableRawPointer {
        let start = (used + 15) & ~15
        guard start + count <= min(limit, Self.capacity) else {
            throw .unsendable("more than \(limit) bytes of headers")
        }
        used = start + count
        return memory + start
    }
}
#endif
