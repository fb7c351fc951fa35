import Foundation
import Swarm
import SwarmAMQP
import SwarmCore
import Testing

/// Encrypted connections: the same code path as without, plus what can be wrong with certificates.
@Suite(.timeLimit(.minutes(5)))
struct AMQPTLSTests {
    @Test func encryptsAndVerifies() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "swarm-tls-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificates = try await TestCertificates(directory: directory)
        let port = Int.random(in: 32_000..<32_700)
        try await withPrivateBroker(configuration: certificates.brokerConfiguration(port: port)) { broker in
            try await broker.start()
            try await carriesFrames(certificates, port)
            // What the certificate does not name, what nobody known has signed, what does not identify itself.
            #expect(try await failure(certificates, "127.0.0.1", port) { _ in }.contains("does not name the host"))
            #expect(
                try await failure(certificates, "localhost", port) {
                    $0.tls.authorityFile = certificates.path("other-ca.pem")
                }.contains("not signed by an authority"))
            #expect(
                try await failure(certificates, "localhost", port) {
                    $0.tls.certificateFile = nil
                    $0.tls.keyFile = nil
                }.contains("localhost:\(port)"))
            // A port without TLS.
            #expect(
                try await failure(certificates, "localhost", broker.port) { _ in }.contains("does not agree to TLS"))
            try await endsForAnUnreadableFile(certificates, port)
        }
    }

    private func harness(
        _ certificates: TestCertificates, _ host: String, _ port: Int, _ change: (inout AMQPOptions) -> Void = { _ in }
    ) -> TransportHarness {
        var options = AMQPOptions()
        options.tls.authorityFile = certificates.authority
        options.tls.certificateFile = certificates.path("client.pem")
        options.tls.keyFile = certificates.path("client.key")
        change(&options)
        return TransportHarness(
            url: "amqps://guest:guest@\(host):\(port)", cluster: BrokerFixture.cluster(), options: options)
    }

    private func carriesFrames(_ certificates: TestCertificates, _ port: Int) async throws {
        try await harness(certificates, "localhost", port).run { node in
            try await node.events.connected()
            // Larger than TLS records, and than frames.
            let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            for _ in 0..<20 {
                node.send(.direct, key: TransportKey.direct(to: node.node), lane: .control, body: body)
                node.send(.direct, key: TransportKey.direct(to: node.node), lane: .control, body: [1])
            }
            for _ in 0..<20 {
                #expect(try await node.events.received().body == body)
                #expect(try await node.events.received().body == [1])
            }
        }
    }

    /// Why there is no connection.
    private func failure(
        _ certificates: TestCertificates, _ host: String, _ port: Int, _ change: (inout AMQPOptions) -> Void
    ) async throws -> String {
        let node = harness(certificates, host, port, change)
        let run = Task { try await node.transport.run { node.events.record($0) } }
        defer { run.cancel() }
        return try await node.events.disconnected()
    }

    private func endsForAnUnreadableFile(_ certificates: TestCertificates, _ port: Int) async throws {
        for change: @Sendable (inout AMQPOptions) -> Void in [
            { $0.tls.authorityFile = "/nowhere" }, { $0.tls.keyFile = certificates.path("ca.key") },
        ] {
            let error = await #expect(throws: SwarmError.self) {
                try await harness(certificates, "localhost", port, change).run { try await $0.events.connected() }
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("PEM") == true)
        }
    }
}
