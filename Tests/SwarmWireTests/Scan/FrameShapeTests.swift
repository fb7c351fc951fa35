import Foundation
import Testing

@testable import SwarmWire

@Suite("FrameShape")
struct FrameShapeTests {
    private struct Field {
        let isRepeated: Bool
        let type: String
        let number: UInt64
    }

    /// The messages of swarm.proto with their fields. The file is simple enough to be read line by line.
    private static func messages() throws -> [String: [Field]] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/SwarmWire/swarm.proto")
        var messages: [String: [Field]] = [:]
        var current: String?
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if let match = line.firstMatch(of: /^message (\w+) \{/) {
                current = String(match.1)
                messages[String(match.1)] = []
            } else if line.hasPrefix("enum ") {
                current = nil
            } else if let current, let match = line.firstMatch(of: /^ +(repeated |optional )?(\w+) \w+ = (\d+);/) {
                let field = Field(
                    isRepeated: match.1 == "repeated ", type: String(match.2), number: UInt64(match.3) ?? 0)
                messages[current]?.append(field)
            }
        }
        return messages
    }

    @Test("follows swarm.proto")
    func followsSchema() throws {
        let messages = try Self.messages()
        #expect(messages.count > 40)
        func containsRepeated(_ name: String) -> Bool {
            messages[name]?.contains { $0.isRepeated || containsRepeated($0.type) } ?? false
        }
        let expected = Set(messages.keys.filter { containsRepeated($0) })
        #expect(Set(FrameShape.allCases.map(\.rawValue)) == expected)

        for shape in FrameShape.allCases {
            var rules: [UInt64: FrameShape.Rule] = [:]
            for field in try #require(messages[shape.rawValue]) {
                if messages[field.type] != nil {
                    if containsRepeated(field.type) {
                        let child = try #require(FrameShape(rawValue: field.type))
                        rules[field.number] = field.isRepeated ? .repeated(child) : .once(child)
                    } else {
                        #expect(!field.isRepeated, "nothing limits \(shape.rawValue).\(field.number)")
                    }
                } else if field.isRepeated, field.type != "string", field.type != "bytes" {
                    rules[field.number] = .once(nil)
                }
            }
            for number in 1..<UInt64(100) {
                #expect(shape.rule(for: number) == rules[number] ?? .free, "\(shape.rawValue).\(number)")
            }
        }
    }
}
