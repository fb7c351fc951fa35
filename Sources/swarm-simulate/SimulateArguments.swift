import SwarmTesting

/// What was asked for on the command line.
struct SimulateArguments {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        usage: swarm-simulate --seeds A..B | --seed N [--trace] [options]
          --seeds A..B       run these seeds; each stands for its own number of nodes and mixture of faults
          --seed N           run one seed
          --trace            say what happens, a line a step
          --profile P        only this family of faults: \(SimulationProfile.allCases.map(\.rawValue).joined(separator: ", "))
          --nodes N          so many nodes, instead of 2 to 5
          --minutes N        stop after so many minutes of real time
          --twice            run each seed twice and compare
          --stop-after N     stop after so many failing seeds
        Exit status: 0 all is well, 1 a seed failed, 64 usage. The last line is a summary in JSON.
        """

    private(set) var seeds: ClosedRange<UInt64> = 1...100
    private(set) var traces = false
    private(set) var profile: SimulationProfile?
    private(set) var nodes: Int?
    private(set) var minutes: Double?
    private(set) var twice = false
    private(set) var stopAfter = 20
    private(set) var wantsHelp = false

    init(_ words: ArraySlice<String>) throws {
        var rest = words
        func value(of option: String) throws -> String {
            guard let word = rest.popFirst() else { throw Problem(description: "\(option) needs a value") }
            return word
        }
        while let word = rest.popFirst() {
            switch word {
            case "--seed":
                let seed = try Self.number(try value(of: word))
                seeds = seed...seed
            case "--seeds": seeds = try Self.range(try value(of: word))
            case "--trace": traces = true
            case "--profile":
                let name = try value(of: word)
                guard let known = SimulationProfile(rawValue: name) else {
                    throw Problem(description: "no profile \(name)")
                }
                profile = known
            case "--nodes":
                let count = Int(try Self.number(try value(of: word)))
                guard (1...64).contains(count) else { throw Problem(description: "--nodes takes 1 to 64") }
                nodes = count
            case "--minutes": minutes = Double(try Self.number(try value(of: word)))
            case "--twice": twice = true
            case "--stop-after": stopAfter = Int(clamping: try Self.number(try value(of: word)))
            case "--help", "-h": wantsHelp = true
            default: throw Problem(description: "unknown option \(word)")
            }
        }
    }

    private static func number(_ text: String) throws -> UInt64 {
        guard let number = UInt64(text) else { throw Problem(description: "\(text) is no number") }
        return number
    }

    private static func range(_ text: String) throws -> ClosedRange<UInt64> {
        let parts = text.split(separator: ".", omittingEmptySubsequences: true)
        guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]), first <= last else {
            throw Problem(description: "\(text) is no range; write 1..1000")
        }
        return first...last
    }
}
