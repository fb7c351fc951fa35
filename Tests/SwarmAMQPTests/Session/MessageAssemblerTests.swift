import Testing

@testable import SwarmAMQP

struct MessageAssemblerTests {
    private let origin = BrokerMessage.Origin.returned(exchange: "e", key: "k")
    private let properties = MessageProperties(messageID: "1")

    @Test func putsFramesTogetherOnEachChannel() {
        var assembler = MessageAssembler(maximumSize: 100)
        #expect(on(&assembler) { $0.begin(channel: 1, origin: origin) } == .incomplete)
        #expect(on(&assembler) { $0.begin(channel: 2, origin: origin) } == .incomplete)
        #expect(on(&assembler) { $0.header(channel: 1, size: 3, properties: properties) } == .incomplete)
        let empty = BrokerMessage(channel: 2, origin: origin, properties: MessageProperties(), body: [])
        #expect(on(&assembler) { $0.header(channel: 2, size: 0, properties: MessageProperties()) } == .complete(empty))
        #expect(on(&assembler) { $0.body(channel: 1, bytes: [1, 2]) } == .incomplete)
        let whole = BrokerMessage(channel: 1, origin: origin, properties: properties, body: [1, 2, 3])
        #expect(on(&assembler) { $0.body(channel: 1, bytes: [3]) } == .complete(whole))
        #expect(on(&assembler) { $0.begin(channel: 1, origin: origin) } == .incomplete)
    }

    @Test func readsAndForgetsWhatIsTooLarge() {
        var assembler = MessageAssembler(maximumSize: 3)
        _ = assembler.begin(channel: 1, origin: origin)
        #expect(on(&assembler) { $0.header(channel: 1, size: 4, properties: properties) } == .incomplete)
        #expect(on(&assembler) { $0.body(channel: 1, bytes: [1, 2, 3]) } == .incomplete)
        let forgotten = BrokerMessage(channel: 1, origin: origin, properties: properties, body: [])
        #expect(on(&assembler) { $0.body(channel: 1, bytes: [4]) } == .oversized(forgotten))
        #expect(on(&assembler) { $0.begin(channel: 1, origin: origin) } == .incomplete)
    }

    @Test func noticesWhatBreaksTheProtocol() {
        func isViolation(_ outcome: MessageAssembler.Outcome) -> Bool {
            if case .violation = outcome { true } else { false }
        }
        var assembler = MessageAssembler(maximumSize: 100)
        #expect(isViolation(on(&assembler) { $0.header(channel: 1, size: 1, properties: properties) }))
        #expect(isViolation(on(&assembler) { $0.body(channel: 1, bytes: [1]) }))
        _ = assembler.begin(channel: 1, origin: origin)
        #expect(isViolation(on(&assembler) { $0.begin(channel: 1, origin: origin) }))
        #expect(isViolation(on(&assembler) { $0.body(channel: 1, bytes: [1]) }))
        _ = assembler.begin(channel: 2, origin: origin)
        _ = assembler.header(channel: 2, size: 1, properties: properties)
        #expect(isViolation(on(&assembler) { $0.body(channel: 2, bytes: [1, 2]) }))
        _ = assembler.begin(channel: 3, origin: origin)
        _ = assembler.header(channel: 3, size: 1, properties: properties)
        #expect(isViolation(on(&assembler) { $0.header(channel: 3, size: 1, properties: properties) }))
    }

    @Test func forgetsAChannelThatWasClosed() {
        var assembler = MessageAssembler(maximumSize: 100)
        _ = assembler.begin(channel: 1, origin: origin)
        assembler.reset(channel: 1)
        #expect(on(&assembler) { $0.begin(channel: 1, origin: origin) } == .incomplete)
    }

    @Test func survivesAnAnnouncedSizeBeyondAllMemory() {
        var assembler = MessageAssembler(maximumSize: Int(Int32.max))
        _ = assembler.begin(channel: 1, origin: origin)
        #expect(on(&assembler) { $0.header(channel: 1, size: .max, properties: properties) } == .incomplete)
        #expect(on(&assembler) { $0.body(channel: 1, bytes: [1]) } == .incomplete)
    }
}
