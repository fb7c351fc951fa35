/// What was asked for on the command line.
struct ScaleArguments {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    enum Mode { case scale, clockBound }

    static let usage = """
        usage: swarm-scale --scale [--sizes 50x100,200x100,1000x10]
               swarm-scale --clock-bound [--cycles N] [--nodes N] [--names N]
          --scale            what nodes say at rest, for a join and for a crash; a table, and one of the kinds of messages
          --sizes            nodes x names of each node; default 8x100,16x100,32x100,50x100,200x100,1000x10
          --clock-bound      cycles of a leave, a join, a crash and a join: how large stamps and clock ids become
          --cycles N         default 10,000
          --nodes N          default 16
          --names N          default 64
          --seed N           default 1
        Exit status: 0 all is well, 1 a run did not settle or a bound was broken, 64 usage. The last line is a summary in JSON.
        """

    private(set) var mode: Mode?
    private(set) var sizes = [(8, 100), (16, 100), (32, 100), (50, 100), (200, 100), (1_000, 10)]
    private(set) var cycles = 10_000
    private(set) var nodes = 16
    private(set) var names = 64
    private(set) var seed: UInt64 = 1

    init(_ words: ArraySlice<String>) throws {
        var rest = words
        func value(of option: String) throws -> String {
            guard let word = rest.popFirst() else { throw Problem(description: "\(option) needs a value") }
            return word
        }
        func number(of option: String, in range: ClosedRange<Int>) throws -> Int {
            let text = try value(of: option)
            guard let number = Int(text), range.contains(number) else {
                throw Problem(description: "\(option) takes \(range.lowerBound) to \(range.upperBound), not \(text)")
            }
            return number
        }
        while let word = rest.popFirst() {
            switch word {
            case "--scale": mode = .scale
            case "--clock-bound": mode = .clockBound
            case "--sizes": sizes = try value(of: word).split(separator: ",").map { try Self.size(String($0)) }
            case "--cycles": cycles = try number(of: word, in: 1...1_000_000)
            case "--nodes": nodes = try number(of: word, in: 3...2_000)
            case "--names": names = try number(of: word, in: 1...100_000)
            case "--seed": seed = UInt64(try number(of: word, in: 0...Int.max))
            default: throw Problem(description: "unknown option \(word)")
            }
        }
    }

    private static func size(_ text: String) throws -> (Int, Int) {
        let parts = text.split(separator: "x").compactMap { Int($0) }
        guard parts.count == 2, (2...4_000).contains(parts[0]), (0...100_000).contains(parts[1]) else {
            throw Problem(description: "\(text) is no size; write 50x100")
        }
        return (parts[0], parts[1])
    }
}
