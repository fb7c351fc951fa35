import Swarm
import Synchronization

/// What the demonstration tells: for people as it goes on, as JSON one object a step.
final class DemoReport: Sendable {
    private struct State {
        var step = ""
        var number = 0
        var figures = JSONText()
        var checks: [[UInt8]] = []
        var failed = 0
        var passed = 0
        var summary: [String] = []
    }

    private let console: Console
    private let format: OutputFormat
    private let began = ContinuousClock.now
    private let state = Mutex(State())

    init(console: Console, format: OutputFormat) {
        self.console = console
        self.format = format
        tell("Swarm in one process: three nodes, joined by an in-memory broker.", indented: false)
    }

    /// Begins a step. `key` names it in JSON.
    func step(_ key: String, _ title: String) {
        finishStep()
        let number = state.withLock { state in
            state.step = key
            state.number += 1
            return state.number
        }
        tell("\n\(number). \(title)", indented: false)
    }

    func tell(_ text: String, indented: Bool = true) {
        guard format == .text else { return }
        console.line(indented && !text.isEmpty ? "   \(text)" : text)
    }

    func tell(_ table: TextTable) {
        tell("")
        for line in table.lines { tell(line) }
        tell("")
    }

    func figure(_ key: String, _ value: Int) { state.withLock { $0.figures.set(key, value) } }

    func figure(_ key: String, _ value: Duration) {
        state.withLock { $0.figures.set(key, raw: Self.seconds(value, places: 3).utf8) }
    }

    func figure(_ key: String, _ values: [(String, Int)]) {
        var object = JSONText()
        for (key, value) in values { object.set(key, value) }
        state.withLock { $0.figures.set(key, raw: object.bytes) }
    }

    func check(_ claim: String, _ holds: Bool) {
        var check = JSONText()
        check.set("check", claim)
        check.set("ok", holds)
        state.withLock { state in
            state.checks.append(check.bytes)
            if holds { state.passed += 1 } else { state.failed += 1 }
        }
        tell("\(holds ? "✓" : "✗") \(claim)")
    }

    /// A line of the summary at the end.
    func summarize(_ text: String) { state.withLock { $0.summary.append(text) } }

    /// True if every check held.
    func finish() -> Bool {
        finishStep()
        let (passed, failed) = state.withLock { ($0.passed, $0.failed) }
        let time = began.duration(to: .now)
        var text = JSONText()
        text.set("passed", passed)
        text.set("failed", failed)
        text.set("seconds", raw: Self.seconds(time, places: 3).utf8)
        if format == .json { console.line(text.bytes) }
        tell("\nSummary", indented: false)
        for line in state.withLock({ $0.summary }) { tell(line) }
        tell(
            "\n\(passed) of \(passed + failed) checks passed, in \(Self.seconds(time, places: 1)) s.", indented: false)
        return failed == 0
    }

    private func finishStep() {
        let line = state.withLock { state -> [UInt8]? in
            guard !state.step.isEmpty else { return nil }
            var text = JSONText()
            text.set("step", state.step)
            text.set("figures", raw: state.figures.bytes)
            text.set("checks", raw: JSONText.array(state.checks))
            state.step = ""
            state.figures = JSONText()
            state.checks = []
            return text.bytes
        }
        if format == .json, let line { console.line(line) }
    }

    /// `1.234`
    static func seconds(_ duration: Duration, places: Int) -> String {
        let (seconds, attoseconds) = duration.components
        var unit = 1
        for _ in 0..<places { unit *= 10 }
        let parts = Int(seconds) * unit + Int(attoseconds) / (1_000_000_000_000_000_000 / unit)
        let fraction = String(parts % unit)
        return "\(parts / unit)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
