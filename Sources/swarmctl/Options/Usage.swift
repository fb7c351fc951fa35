import ArgumentParser
import Swarm
import SwarmCore

/// Checks of arguments that are found before anything is asked; what they throw is shown with the usage, status 64.
enum Usage {
    /// The argument that stands for names on standard input.
    static let standardInput = "-"

    static func check(_ body: () throws(Failure) -> Void) throws {
        do throws(Failure) { try body() } catch { throw ValidationError(error.message) }
    }

    /// A worker's name, or `-`.
    static func check(name: String) throws { try check { () throws(Failure) in try Naming.checkWorker(name: name) } }

    static func check(group: String) throws { try check { () throws(Failure) in try Naming.checkGroup(group) } }

    static func check(node: String) throws {
        try check { () throws(Failure) in try Naming.checkWord(node, role: "node") }
    }

    static func check(json: String, _ what: String) throws {
        guard isJSON(Array(json.utf8)) else { throw ValidationError("The \(what) is not JSON: \(json.prefix(60))") }
    }
}
