#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How the cost of a cluster grows: `swarm-scale --scale`, `swarm-scale --clock-bound`.
@main
struct ScaleCommand {
    static func main() {
        do {
            let arguments = try ScaleArguments(CommandLine.arguments.dropFirst())
            let isWell: Bool
            switch arguments.mode {
            case .scale: isWell = ScaleTable(arguments).run()
            case .clockBound: isWell = ClockBound(arguments).run()
            case nil: throw ScaleArguments.Problem(description: "say --scale or --clock-bound")
            }
            if !isWell { exit(1) }
        } catch {
            print("\(error)\n\(ScaleArguments.usage)")
            exit(64)
        }
    }
}

/// Prints a line at once, also into a pipe: runs take minutes.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
