import Logging
import Synchronization

/// Keeps the lines of a logger.
final class LogCapture: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let text: String
        let metadata: Logger.Metadata
    }

    private let lines = Mutex<[Line]>([])

    var logger: Logger { Logger(label: "swarm.tests") { _ in Handler(capture: self) } }

    func lines(containing text: String) -> [Line] { lines.withLock { $0.filter { $0.text.contains(text) } } }

    private func append(_ line: Line) { lines.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(capture: LogCapture) { self.capture = capture }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            capture.append(
                Line(
                    level: event.level, text: "\(event.message)",
                    metadata: metadata.merging(event.metadata ?? [:]) { $1 }))
        }
    }
}
