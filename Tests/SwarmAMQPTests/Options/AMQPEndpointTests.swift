import Swarm
import SwarmCore
import Testing

@testable import SwarmAMQP

struct AMQPEndpointTests {
    private func parse(_ url: String) throws -> (AMQPEndpoint, AMQPOptions) {
        var options = AMQPOptions()
        let endpoint = try AMQPEndpoint(url: url, options: &options)
        return (endpoint, options)
    }

    @Test func fillsInWhatIsLeftOut() throws {
        let (endpoint, _) = try parse("amqp://broker")
        #expect(endpoint.host == "broker")
        #expect(endpoint.port == 5672)
        #expect(endpoint.user == "guest")
        #expect(endpoint.password == "guest")
        #expect(endpoint.virtualHost == "/")
        #expect(!endpoint.usesTLS)
        #expect(try parse("AMQPS://broker").0.port == 5671)
        #expect(try parse("amqp://broker/").0.virtualHost == "/")
        #expect(try parse("amqp://user@broker").0.password == "")
    }

    @Test func decodesAllParts() throws {
        let (endpoint, options) = try parse(
            "amqps://us%40er:p%3Aa%2Fss%25@ho%73t:7/%2Fprod?heartbeat=9&cacertfile=%2Fca.pem&certfile=c&keyfile=k&verify=verify_none"
        )
        #expect(endpoint.user == "us@er")
        #expect(endpoint.password == "p:a/ss%")
        #expect(endpoint.host == "host")
        #expect(endpoint.port == 7)
        #expect(endpoint.virtualHost == "/prod")
        #expect(endpoint.usesTLS)
        #expect(options.heartbeat == .seconds(9))
        #expect(options.tls.authorityFile == "/ca.pem")
        #expect(options.tls.certificateFile == "c")
        #expect(options.tls.keyFile == "k")
        #expect(!options.tls.verifiesPeer && !options.tls.verifiesHost)
    }

    @Test func takesAddressesInBrackets() throws {
        let (endpoint, _) = try parse("amqp://[::1]:5673/v")
        #expect(endpoint.host == "::1")
        #expect(endpoint.port == 5673)
        #expect(endpoint.address == "[::1]:5673")
        #expect(try parse("amqp://[fe80::1]").0.port == 5672)
    }

    @Test func keepsColonsAndSignsOfThePassword() throws {
        let (endpoint, _) = try parse("amqp://u:a:b@c@host")
        #expect(endpoint.password == "a:b@c")
        #expect(endpoint.host == "host")
    }

    @Test(arguments: [
        "", "broker", "http://broker", "amqp://", "amqp:///v", "amqp://u:secret@", "amqp://b:0", "amqp://b:65536",
        "amqp://b:x", "amqp://b:-1", "amqp://b:", "amqp://[::1", "amqp://[::1]x", "amqp://u:%zz@b",
        "amqp://u:secret%2@b",
        "amqp://u:%00@b", "amqp://%ff@b", "amqp://b/%+1", "amqp://:p@b", "amqp://b c", "amqp://b?heartbeat=x",
        "amqp://b?verify=maybe", "amqp://b?unknown=1",
    ])
    func refusesWhatIsNoURL(_ url: String) {
        var options = AMQPOptions()
        let error = #expect(throws: SwarmError.self) { try AMQPEndpoint(url: url, options: &options) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("amqp://user:password@host:port/virtual-host") == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test func neverShowsThePassword() throws {
        let (endpoint, _) = try parse("amqp://u:hush@b")
        #expect(!"\(endpoint)".contains("hush"))
        #expect("\(endpoint)" == "amqp://u@b:5672, virtual host /")
    }
}

struct AMQPOptionsTests {
    @Test func acceptsTheDefaults() throws {
        try AMQPOptions().validate(usesTLS: false)
        try AMQPOptions().validate(usesTLS: true)
    }

    @Test(
        arguments: [
            { $0.heartbeat = .zero }, { $0.heartbeat = .milliseconds(1_500) }, { $0.heartbeat = .seconds(601) },
            { $0.queues.groupPrefetch = 0 }, { $0.queues.controlPrefetch = 65_536 }, { $0.outbound.laneBytes = 0 },
            { $0.maximumMessageSize = Int.max }, { $0.connectTimeout = .zero }, { $0.stallLimit = .seconds(601) },
            { $0.requestQueue.expires = .zero }, { $0.tls.certificateFile = "c" }, { $0.tls.keyFile = "k" },
            { $0.tls.authorityFile = "only for amqps" },
        ] as [@Sendable (inout AMQPOptions) -> Void])
    func refusesWhatCannotWork(_ change: @Sendable (inout AMQPOptions) -> Void) {
        var options = AMQPOptions()
        change(&options)
        let error = #expect(throws: SwarmError.self) { try options.validate(usesTLS: false) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func waitsForALockLongerThanTheBrokerKeepsADeadConnection() {
        var options = AMQPOptions()
        #expect(options.effectiveNameLockTimeout >= options.heartbeat * 3)
        options.heartbeat = .seconds(60)
        #expect(options.effectiveNameLockTimeout == .seconds(240))
        options.nameLockTimeout = .seconds(3)
        #expect(options.effectiveNameLockTimeout == .seconds(3))
    }
}
