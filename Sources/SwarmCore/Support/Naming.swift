/// Which texts may be names: of workers and kinds, of groups, of nodes and clusters.
///
/// Groups, nodes and clusters become AMQP routing keys, so they are words without wildcards; worker names never do, so
/// any text will serve.
package enum Naming {
    package static let workerLimit = 255
    package static let groupLimit = 200
    package static let wordLimit = 64

    /// A worker's name or kind: UTF-8 of 1 to 255 bytes.
    package static func isWorkerName(_ text: String) -> Bool { (1...workerLimit).contains(text.utf8.count) }

    /// A group: dotted words of letters, digits, `-` and `_`, at most 200 bytes.
    package static func isGroup(_ text: String) -> Bool {
        guard text.utf8.count <= groupLimit else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(isWord)
    }

    /// The name of a node or a cluster: one word of letters, digits, `-` and `_`, at most 64 bytes.
    package static func isNodeName(_ text: String) -> Bool { text.utf8.count <= wordLimit && isWord(text.utf8[...]) }

    private static func isWord(_ bytes: Substring.UTF8View) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(isWordByte)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // MARK: Checks that say what is wrong

    package static func checkWorker(name: String) throws(Failure) {
        guard isWorkerName(name) else {
            throw Failure(
                .invalidArgument,
                "The worker name '\(short(name))' has \(name.utf8.count) bytes; use 1 to \(workerLimit).")
        }
    }

    package static func checkKind(_ kind: String) throws(Failure) {
        guard isWorkerName(kind) else {
            throw Failure(
                .invalidArgument, "The kind '\(short(kind))' has \(kind.utf8.count) bytes; use 1 to \(workerLimit).")
        }
    }

    package static func checkGroup(_ group: String) throws(Failure) {
        guard isGroup(group) else {
            throw Failure(
                .invalidArgument,
                "'\(short(group))' is no group; use words of letters, digits, '-' and '_', separated by dots, "
                    + "at most \(groupLimit) bytes.")
        }
    }

    /// `role` is what the word names: `node` or `cluster`.
    package static func checkWord(_ word: String, role: String) throws(Failure) {
        guard isNodeName(word) else {
            throw Failure(
                .invalidArgument,
                "'\(short(word))' is no \(role) name; use letters, digits, '-' and '_', at most \(wordLimit) bytes.")
        }
    }

    private static func short(_ text: String) -> String {
        text.count > 40 ? String(text.prefix(40)) + "…" : text
    }
}
