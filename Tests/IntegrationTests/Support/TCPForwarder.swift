import Foundation
import Synchronization

/// A cable between one node and the broker, which can be cut: connections to its port go on to the broker's, until
/// then, and are refused afterwards, until it is mended.
final class TCPForwarder: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Where nodes connect to, on the loopback interface.
    let port: UInt16
    private let target: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var isCut = false
        var isClosed = false
        var links: [Link] = []
    }

    /// One connection: both its sockets, closed when nothing is read from either any more.
    private final class Link: Sendable {
        let near: Int32
        let far: Int32
        private let readers = Mutex(2)

        init(near: Int32, far: Int32) {
            self.near = near
            self.far = far
        }

        /// Ends it for both sides, as the death of either would.
        func end() {
            readers.withLock { readers in
                guard readers > 0 else { return }
                shutdown(near, Int32(SHUT_RDWR))
                shutdown(far, Int32(SHUT_RDWR))
            }
        }

        /// Copies until one side ends. Called once for each direction.
        func pump(from source: Int32, to destination: Int32) {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            copying: while true {
                let count = recv(source, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                var sent = 0
                while sent < count {
                    let written = buffer.withUnsafeBytes { bytes in
                        send(destination, bytes.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                    }
                    guard written > 0 else { break copying }
                    sent += written
                }
            }
            end()
            readers.withLock { readers in
                readers -= 1
                guard readers == 0 else { return }
                close(near)
                close(far)
            }
        }

        var isOver: Bool { readers.withLock { $0 == 0 } }
    }

    init(to target: UInt16) throws {
        self.target = target
        let listener = Self.makeSocket()
        self.listener = listener
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) + listen(listener, 64) + getsockname(listener, address, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard status == 0 else { throw Failed(description: "no port to listen at: error \(errno)") }
        Thread.detachNewThread { [self] in acceptAll() }
    }

    /// Ends all connections, and makes none.
    func cut() {
        let links = state.withLock { state in
            state.isCut = true
            defer { state.links = [] }
            return state.links
        }
        for link in links { link.end() }
    }

    func mend() { state.withLock { $0.isCut = false } }

    /// For good.
    func end() {
        cut()
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if isFirst { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    private func acceptAll() {
        while true {
            let near = accept(listener, nil, nil)
            guard near >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            forward(near)
        }
        close(listener)
    }

    private func forward(_ near: Int32) {
        guard !state.withLock({ $0.isCut }) else {
            close(near)
            return
        }
        let far = Self.makeSocket()
        var address = Self.loopback(target)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(far)
            close(near)
            return
        }
        for descriptor in [near, far] {
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        let link = Link(near: near, far: far)
        let isCut = state.withLock { state in
            state.links.removeAll { $0.isOver }
            state.links.append(link)
            return state.isCut
        }
        if isCut { link.end() }
        Thread.detachNewThread { link.pump(from: near, to: far) }
        Thread.detachNewThread { link.pump(from: far, to: near) }
    }

    private static func makeSocket() -> Int32 {
        #if os(Linux)
        socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
