import SwarmTesting

/// What was asked for on the command line.
struct SimulateArguments {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        usage: swarm-simulate --seeds A..B | --seeds A.. --minutes N | --minutes N | --seed N [--trace | --minimise] [options]
          --seeds A..B       run these seeds; each stands for its own number of nodes and mixture of faults
          --seeds A..        all from there on, for --minutes
          --minutes N        stop after so many minutes of real time; without --seeds it begins anywhere, and says where
          --seed N           run one seed
          --trace            say what happens, a line a step
          --minimise         look for fewer nodes, faults and requests with which the seed still breaks the same rule
          --jobs N           so many seeds side by side; default: as many as there are cores
          --twice            run each seed twice and compare
          --stop-after N     stop after so many failing seeds; default: 20
        Options that change what a seed stands for:
          --profile P        only this family of faults: \(SimulationProfile.allCases.map(\.rawValue).joined(separator: ", "))
          --nodes N          so many nodes at the start
          --seconds N        faults and requests for so many virtual seconds
          --requests-per-second N
          --names N          so many different names
          --without F,F,...  without these faults, troubles or requests
          --variant N        another course of chance with the same options
        Exit status: 0 all is well; 1 a seed failed, or a fault or a path of the protocol never happened in 1,000 seeds or
        more of all profiles; 64 usage. The last line is a summary in JSON.
        """

    /// nil: begins at a random one.
    private(set) var firstSeed: UInt64?
    /// nil: no end but `minutes`.
    private(set) var lastSeed: UInt64?
    private(set) var traces = false
    private(set) var minimises = false
    private(set) var changes = ScenarioChanges()
    private(set) var minutes: Double?
    private(set) var jobs: Int?
    private(set) var twice = false
    private(set) var stopAfter = 20
    private(set) var wantsHelp = false

    init(_ words: ArraySlice<String>) throws {
        var rest = words
        func value(of option: String) throws -> String {
            guard let word = rest.popFirst() else { throw Problem(description: "\(option) needs a value") }
            return word
        }
        func number(of option: String, _ range: ClosedRange<UInt64> = 0...UInt64.max) throws -> UInt64 {
            let text = try value(of: option)
            guard let number = UInt64(text) else { throw Problem(description: "\(text) is no number") }
            guard range.contains(number) else {
                throw Problem(description: "\(option) takes \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        while let word = rest.popFirst() {
            switch word {
            case "--seed":
                firstSeed = try number(of: word)
                lastSeed = firstSeed
            case "--seeds": (firstSeed, lastSeed) = try Self.range(try value(of: word))
            case "--trace": traces = true
            case "--minimise", "--minimize": minimises = true
            case "--jobs": jobs = Int(try number(of: word, 1...1_024))
            case "--minutes": minutes = Double(try number(of: word, 1...1_000_000))
            case "--twice": twice = true
            case "--stop-after": stopAfter = Int(clamping: try number(of: word, 1...UInt64.max))
            case "--help", "-h": wantsHelp = true
            case "--profile":
                let name = try value(of: word)
                guard let known = SimulationProfile(rawValue: name) else {
                    throw Problem(description: "no profile \(name)")
                }
                changes.profile = known
            case "--nodes": changes.nodes = Int(try number(of: word, 1...64))
            case "--seconds": changes.seconds = Int(try number(of: word, 1...1_000_000))
            case "--requests-per-second": changes.requestsPerSecond = Int(try number(of: word, 0...10_000))
            case "--names": changes.names = Int(try number(of: word, 1...1_000_000))
            case "--variant": changes.variant = try number(of: word)
            case "--without": changes.without += try Self.features(try value(of: word))
            default: throw Problem(description: "unknown option \(word)")
            }
        }
        try check()
    }

    private mutating func check() throws {
        if firstSeed == nil, minutes == nil { (firstSeed, lastSeed) = (1, 100) }
        if lastSeed == nil, minutes == nil { throw Problem(description: "--seeds without an end needs --minutes") }
        if minimises, firstSeed == nil || firstSeed != lastSeed {
            throw Problem(description: "--minimise takes one --seed")
        }
    }

    private static func features(_ text: String) throws -> [String] {
        try text.split(separator: ",").map(String.init).map { feature in
            var options = SimulationOptions()
            guard options.remove(feature) else { throw Problem(description: "nothing is called \(feature)") }
            return feature
        }
    }

    private static func range(_ text: String) throws -> (UInt64, UInt64?) {
        let problem = Problem(description: "\(text) is no range; write 1..1000, or 1.. with --minutes")
        guard text.contains("..") else { throw problem }
        let parts = text.split(separator: ".", omittingEmptySubsequences: true)
        guard (1...2).contains(parts.count), let first = UInt64(parts[0]) else { throw problem }
        guard parts.count == 2 else { return (first, nil) }
        guard let last = UInt64(parts[1]), first <= last else { throw problem }
        return (first, last)
    }
}
