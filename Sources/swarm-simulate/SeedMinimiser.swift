import SwarmTesting

/// Looks for the smallest changes of a seed with which it still breaks the same rule: less time, fewer faults, nodes,
/// requests and names. Each step is tried with several courses of chance, for leaving one thing out shifts all others.
struct SeedMinimiser {
    private let seed: UInt64
    private var best: ScenarioChanges
    private var rule = ""
    private var runs = 0

    private static let variants: UInt64 = 48

    init(_ seed: UInt64, _ changes: ScenarioChanges) {
        self.seed = seed
        best = changes
    }

    /// True if the seed breaks no rule. The last line is the command that runs what was found.
    mutating func run() -> Bool {
        let first = SeedOutcome(seed, best)
        guard let rule = first.rules.first, let violation = first.violations.first else {
            print("seed \(seed) fails no rule: nothing to minimise")
            return true
        }
        self.rule = rule
        print("seed \(seed) (\(first.profile.rawValue), \(first.nodes) nodes): \(violation)")
        print("looks for less with which \(rule) is broken")
        if best.nodes == nil { best.nodes = first.nodes }
        cutAfter(violation)
        while shrinkOnce() {}
        let last = SeedOutcome(seed, best)
        print("\(runs) runs; what is left: \(left.joined(separator: ", "))")
        for violation in last.violations { print("  \(violation)") }
        print("\(best.command(for: seed)) --trace")
        return false
    }

    private var left: [String] {
        let (_, nodes, options) = best.scenario(of: seed)
        return [
            "\(nodes) nodes", "\(options.duration)", "\(options.names) names",
            "\(options.requestsPerSecond) requests/s",
        ]
            + options.features
    }

    /// What comes after a rule was broken while it ran does not matter.
    private mutating func cutAfter(_ violation: String) {
        let words = violation.split(separator: " ")
        guard words.count > 2, let seconds = Int(words[2].prefix { $0 != "." }) else { return }
        let duration = best.scenario(of: seed).options.duration
        guard .seconds(seconds + 1) < duration else { return }
        attempt("\(seconds + 1) s", variants: 0) { $0.seconds = seconds + 1 }
    }

    /// Tries each way of making it smaller once. False if none worked.
    private mutating func shrinkOnce() -> Bool {
        var hasShrunk = false
        let (_, nodes, options) = best.scenario(of: seed)
        for feature in options.features {
            hasShrunk = attempt("without \(feature)") { $0.without.append(feature) } || hasShrunk
        }
        let seconds = Int(options.duration.components.seconds)
        for less in [seconds / 2, seconds * 3 / 4] where less >= 1 && less < seconds {
            if attempt("\(less) s", { $0.seconds = less }) {
                hasShrunk = true
                break
            }
        }
        if nodes > 2 { hasShrunk = attempt("\(nodes - 1) nodes") { $0.nodes = nodes - 1 } || hasShrunk }
        if options.names > 1 {
            hasShrunk = attempt("\(options.names / 2) names") { $0.names = options.names / 2 } || hasShrunk
        }
        let requests = Int(options.requestsPerSecond)
        if requests > 1 {
            hasShrunk = attempt("\(requests / 2) requests/s") { $0.requestsPerSecond = requests / 2 } || hasShrunk
        }
        return hasShrunk
    }

    @discardableResult
    private mutating func attempt(
        _ what: String, variants: UInt64 = variants, _ change: (inout ScenarioChanges) -> Void
    ) -> Bool {
        var changes = best
        change(&changes)
        for variant in [best.variant] + Array(0..<variants).filter({ $0 != best.variant }) {
            changes.variant = variant
            runs += 1
            guard SeedOutcome(seed, changes).rules.contains(rule) else { continue }
            best = changes
            print("  \(what)")
            return true
        }
        return false
    }
}
