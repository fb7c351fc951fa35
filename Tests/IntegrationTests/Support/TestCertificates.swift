import Foundation

/// An authority, a certificate of `localhost` and one of a client, made for one test with the openssl program.
struct TestCertificates: Sendable {
    let directory: URL

    var authority: String { path("ca.pem") }

    init(directory: URL) async throws {
        self.directory = directory
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for name in ["ca", "other-ca"] {
            try await openssl(
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-keyout",
                path("\(name).key"), "-out", path("\(name).pem"))
        }
        for (name, subject) in [("server", "localhost"), ("client", "client")] {
            try await openssl(
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=\(subject)", "-keyout", path("\(name).key"),
                "-out",
                path("\(name).csr"))
            try await openssl(
                "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
                "-CAcreateserial", "-days", "2", "-out", path("\(name).pem"))
        }
    }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// A broker that speaks TLS at `port`, and asks clients for certificates.
    func brokerConfiguration(port: Int) -> String {
        """
        listeners.ssl.1 = 127.0.0.1:\(port)
        ssl_options.cacertfile = \(path("ca.pem"))
        ssl_options.certfile = \(path("server.pem"))
        ssl_options.keyfile = \(path("server.key"))
        ssl_options.verify = verify_peer
        ssl_options.fail_if_no_peer_cert = true
        """
    }

    private func openssl(_ arguments: String...) async throws {
        try await Command.run(URL(filePath: "/usr/bin/openssl"), arguments)
    }
}
