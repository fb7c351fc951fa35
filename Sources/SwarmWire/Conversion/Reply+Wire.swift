import SwarmCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ProtoReply {
    init(_ reply: Reply, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        node = try tables.node(reply.id.node)
        number = reply.id.number
        tries = reply.tries
        switch reply.result {
        case .success(.done): body = .done(ProtoNothing())
        case .success(.written(let registration, let position)):
            body = .written(try ProtoWritten(registration, position, &tables))
        case .success(.payload(let bytes)): body = .payload(Data(bytes))
        case .success(.text(let text)): body = .text(text)
        case .failure(let failure): body = .failure(try ProtoFailure(failure, &tables))
        }
    }

    /// nil if the answer is of a sort that is not known here.
    func decoded(_ tables: TableReader) throws(WireError) -> Reply? {
        guard let body else { return nil }
        return Reply(
            id: RequestID(node: try tables.node(node), number: number), result: try Self.decoded(body, tables),
            tries: tries)
    }

    private static func decoded(
        _ body: OneOf_Body, _ tables: TableReader
    ) throws(WireError) -> Result<ReplyBody, Failure> {
        switch body {
        case .done: .success(.done)
        case .written(let written): .success(try written.decoded(tables))
        case .payload(let bytes): .success(.payload([UInt8](bytes)))
        case .text(let text): .success(.text(text))
        case .failure(let failure): .failure(try failure.decoded(tables))
        }
    }
}

extension ProtoWritten {
    init(
        _ summary: RegistrationSummary, _ position: LogPosition, _ tables: inout TableWriter
    ) throws(WireError) {
        self.init()
        registration = try ProtoRegistration(summary, &tables)
        origin = try tables.node(position.origin)
        sequence = try Check.counter(position.sequence, "sequence")
    }

    func decoded(_ tables: TableReader) throws(WireError) -> ReplyBody {
        .written(
            try registration.decoded(tables),
            at: LogPosition(origin: try tables.node(origin), sequence: try Check.counter(sequence, "sequence")))
    }
}

extension ProtoRegistration {
    init(_ summary: RegistrationSummary, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        name = try Check.name(summary.name)
        node = try tables.node(summary.node)
        tokenClock = try Check.counter(summary.token.clock, "clock")
        tokenNode = try tables.node(summary.token.node)
    }

    func decoded(_ tables: TableReader) throws(WireError) -> RegistrationSummary {
        RegistrationSummary(
            name: try Check.name(name), node: try tables.node(node),
            token: Token(clock: try Check.counter(tokenClock, "clock"), node: try tables.node(tokenNode)))
    }
}

extension ProtoFailure {
    init(_ failure: Failure, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        code = ProtoFailureCode(rawValue: Int(failure.code.rawValue)) ?? .uncertain
        message = Self.cut(failure.message)
        mayHaveExecuted = failure.mayHaveExecuted
        if let holder = failure.holder { self.holder = try ProtoRegistration(holder, &tables) }
    }

    func decoded(_ tables: TableReader) throws(WireError) -> Failure {
        guard code != .unspecified else { throw .malformed("a failure without a code") }
        try Check.count(message.utf8.count, atMost: WireLimits.failureBytes, "bytes of the text of a failure")
        let code = UInt8(exactly: code.rawValue).flatMap { FailureCode(rawValue: $0) } ?? .uncertain
        return Failure(
            code, message, mayHaveExecuted: mayHaveExecuted, holder: hasHolder ? try holder.decoded(tables) : nil)
    }

    /// A text that a user's error made too long must not keep the answer from its asker.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > WireLimits.failureBytes else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: WireLimits.failureBytes)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
