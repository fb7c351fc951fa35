#if AMQP
import CRabbitMQ
import Swarm

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One connection of rabbitmq-c, used by the one thread that made it.
///
/// Only these calls of the library are used: opening and login (both with a time limit), sending one method, publishing, and
/// reading one frame without waiting. All that waits for the broker is built on top of reading, as the library's own
/// waiting (replies, whole messages) has no limit in places, loses frames of other channels or keeps them without
/// bound. What can still hang is a write into a full socket; `guardian` ends that from outside.
final class BrokerConnection {
    /// The library keeps frames up to this size in its pools; larger ones are allocated one by one.
    static let frameSize: Int32 = 65_536
    /// Bytes of a frame that are not content.
    static let frameOverhead = 8

    let state: OpaquePointer
    let guardian: SocketGuard
    let scratch = ScratchBytes()
    let user: String

    /// Connects and logs in.
    init(
        _ endpoint: AMQPEndpoint, options: AMQPOptions, name: String, guardian: SocketGuard
    ) throws(ConnectionFailure) {
        guard let state = amqp_new_connection() else { throw .lost("out of memory") }
        self.state = state
        self.guardian = guardian
        user = endpoint.user
        // From here on `deinit` frees what there is, should anything throw.
        let socket = try openSocket(endpoint, tls: options.tls)
        var timeout = Self.timeval(options.connectTimeout)
        let status = amqp_socket_open_noblock(socket, endpoint.host, Int32(endpoint.port), &timeout)
        if status != AMQP_STATUS_OK.rawValue { throw Self.openFailure(status, endpoint, tls: options.tls) }
        guard guardian.attach(fileDescriptor) else { throw .stopped }
        amqp_set_handshake_timeout(state, &timeout)
        timeout = Self.timeval(options.replyTimeout)
        amqp_set_rpc_timeout(state, &timeout)
        try logIn(endpoint, heartbeat: Int32(options.heartbeat.components.seconds), name: name)
        // A header frame that does not fit would be noticed by the library when the method has gone out already.
        scratch.limit = Int(amqp_get_frame_max(state)) - 512
    }

    deinit {
        guardian.detach()
        amqp_destroy_connection(state)
    }

    /// The socket, to wait for something to read; -1 once the library has closed it.
    var fileDescriptor: Int32 { amqp_get_sockfd(state) }

    /// Seconds between the signs of life that both sides agreed on; 0: none.
    var heartbeatSeconds: Int { Int(amqp_get_heartbeat(state)) }

    /// The next frame that is here, or nil: never waits. Keeps the heartbeats going.
    func nextFrame() throws(ConnectionFailure) -> BrokerFrame? {
        var frame = amqp_frame_t()
        var now = CRabbitMQ.timeval()
        let status = guardian.watch { amqp_simple_wait_frame_noblock(state, &frame, &now) }
        if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
        guard status == AMQP_STATUS_OK.rawValue else { throw failure(status) }
        // The frame's memory is the channel's pool, which grows until it is released.
        defer { amqp_maybe_release_buffers_on_channel(state, frame.channel) }
        return Self.decode(frame)
    }

    /// What a negative status means once connected.
    func failure(_ status: Int32) -> ConnectionFailure {
        if guardian.wasShutDown { return .lost("a write to the broker hung, or the transport is being stopped") }
        if status == AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue { return .lost("the broker has fallen silent") }
        return .lost(Self.text(status))
    }

    static func text(_ status: Int32) -> String {
        amqp_error_string2(status).map { String(cString: $0) } ?? "status \(status)"
    }

    static func timeval(_ duration: Duration) -> timeval {
        let (seconds, attoseconds) = duration.components
        return CRabbitMQ.timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

// MARK: - Opening

extension BrokerConnection {
    private func openSocket(_ endpoint: AMQPEndpoint, tls: AMQPTLSOptions) throws(ConnectionFailure) -> OpaquePointer {
        guard endpoint.usesTLS else {
            guard let socket = amqp_tcp_socket_new(state) else { throw .lost("out of memory") }
            return socket
        }
        guard let socket = amqp_ssl_socket_new(state) else { throw .insecure("the TLS library does not start") }
        amqp_ssl_socket_set_verify_peer(socket, tls.verifiesPeer ? 1 : 0)
        amqp_ssl_socket_set_verify_hostname(socket, tls.verifiesHost ? 1 : 0)
        if amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) != AMQP_STATUS_OK.rawValue {
            throw .insecure("TLS 1.2 is not available")
        }
        if tls.verifiesPeer {
            guard let file = tls.authorityFile ?? Self.systemAuthorities() else {
                throw .unusable("No file of certificate authorities was found on this system: name one (cacertfile).")
            }
            if amqp_ssl_socket_set_cacert(socket, file) != AMQP_STATUS_OK.rawValue {
                throw .unusable("The certificate authorities in \(file) cannot be read: it has to be a PEM file.")
            }
        }
        if let certificate = tls.certificateFile, let key = tls.keyFile,
            amqp_ssl_socket_set_key(socket, certificate, key) != AMQP_STATUS_OK.rawValue
        {
            throw .unusable(
                "The client certificate \(certificate) with key \(key) cannot be read: both have to be PEM files that "
                    + "belong together.")
        }
        return socket
    }

    /// Where systems keep the authorities they trust; version 0.11 of the library has no call for the default.
    private static func systemAuthorities() -> String? {
        [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ].first { access($0, R_OK) == 0 }
    }

    private static func openFailure(
        _ status: Int32, _ endpoint: AMQPEndpoint, tls: AMQPTLSOptions
    ) -> ConnectionFailure {
        switch status {
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue:
            .unreachable("the host name \(endpoint.host) is not known: check the URL and the name service")
        case AMQP_STATUS_TIMEOUT.rawValue:
            .unreachable("\(endpoint.address) does not answer: check the address and firewalls")
        case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue:
            .insecure("the certificate of \(endpoint.address) does not name the host \(endpoint.host)")
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue:
            .insecure(
                "the certificate of \(endpoint.address) is not signed by an authority of "
                    + (tls.authorityFile ?? "this system"))
        case AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue, AMQP_STATUS_SSL_ERROR.rawValue:
            .insecure(
                "\(endpoint.address) does not agree to TLS: check that the port is the one for amqps, and whether the "
                    + "broker asks for a client certificate")
        default:
            .unreachable("nothing accepts connections at \(endpoint.address): start the broker, or check host and port")
        }
    }

    private func logIn(_ endpoint: AMQPEndpoint, heartbeat: Int32, name: String) throws(ConnectionFailure) {
        let reply = swarm_amqp_login(
            state, endpoint.virtualHost, 0, Self.frameSize, heartbeat, endpoint.user, endpoint.password, name)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            guard reply.reply.id == UInt32(AMQP_CONNECTION_CLOSE_METHOD), let decoded = reply.reply.decoded else {
                throw .lost("an unexpected answer to the login")
            }
            let refusal = Self.refusal(decoded.load(as: amqp_connection_close_t.self))
            switch refusal.code {
            case BrokerRefusal.accessRefused, BrokerRefusal.notAllowed: throw .refused(refusal)
            default: throw .closed(refusal)
            }
        default:
            if guardian.wasShutDown { throw .stopped }
            switch reply.library_error {
            case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD.rawValue:
                throw .unusable("The broker does not accept logins by password (SASL PLAIN): enable them there.")
            case AMQP_STATUS_TIMEOUT.rawValue:
                throw .unreachable("\(endpoint.address) accepts connections but does not answer the login")
            case AMQP_STATUS_SSL_ERROR.rawValue:
                throw .insecure("\(endpoint.address) ended the login: does it ask for a client certificate?")
            default:
                throw .unreachable("\(endpoint.address) ended the login: \(Self.text(reply.library_error))")
            }
        }
    }
}
#endif
