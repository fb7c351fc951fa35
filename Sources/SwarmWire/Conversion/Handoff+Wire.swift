import SwarmCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ProtoOfferPurpose {
    init(_ purpose: OfferPurpose) {
        switch purpose {
        case .move: self = .move
        case .merge: self = .merge
        }
    }

    /// nil if it is not known here.
    func decoded() throws(WireError) -> OfferPurpose? {
        switch self {
        case .unspecified: throw .malformed("a handoff without a purpose")
        case .move: .move
        case .merge: .merge
        case .UNRECOGNIZED: nil
        }
    }
}

extension ProtoOffer {
    init(_ offer: Offer, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        attempt = try Check.counter(offer.attempt, "attempt")
        purpose = ProtoOfferPurpose(offer.purpose)
        var claims = ClaimColumns(capacity: 1)
        try claims.append(offer.claim, &tables)
        if let claim = try claims.proto() { self.claim = claim }
        if case .bytes(let bytes) = offer.state { state = Data(bytes) }
        placement = offer.placement
    }

    func decoded(_ tables: TableReader) throws(WireError) -> Offer? {
        guard let purpose = try purpose.decoded() else { return nil }
        let claims = try claim.decoded(tables)
        guard let claim = claims.first, claims.count == 1 else { throw .malformed("an offer without one claim") }
        return Offer(
            attempt: try Check.counter(attempt, "attempt"), purpose: purpose, claim: claim,
            state: hasState ? .bytes([UInt8](state)) : .none, placement: placement)
    }
}

extension ProtoOfferAnswer {
    init(_ answer: OfferAnswer, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        name = try Check.name(answer.name)
        attempt = try Check.counter(answer.attempt, "attempt")
        purpose = ProtoOfferPurpose(answer.purpose)
        if let refusal = answer.refusal { self.refusal = try ProtoFailure(refusal, &tables) }
    }

    func decoded(_ tables: TableReader) throws(WireError) -> OfferAnswer? {
        guard let purpose = try purpose.decoded() else { return nil }
        return OfferAnswer(
            name: try Check.name(name), attempt: try Check.counter(attempt, "attempt"), purpose: purpose,
            refusal: hasRefusal ? try refusal.decoded(tables) : nil)
    }
}

extension ProtoCommit {
    init(_ commit: Commit, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        try Check.count(commit.held.count, atMost: WireLimits.rows, "held messages")
        name = try Check.name(commit.name)
        attempt = try Check.counter(commit.attempt, "attempt")
        purpose = ProtoOfferPurpose(commit.purpose)
        payloads = commit.held.map { Data($0.payload) }
        var requestNodes: [UInt32] = []
        var requestNumbers: [UInt64] = []
        var oneWays: [Bool] = []
        for (row, held) in commit.held.enumerated() {
            if let request = held.request {
                requestNodes.put(try tables.node(request.node) + 1, row: row)
                requestNumbers.put(request.number, row: row)
            }
            oneWays.put(held.oneWay, row: row)
        }
        self.requestNodes = requestNodes
        self.requestNumbers = requestNumbers
        self.oneWays = oneWays
    }

    func decoded(_ tables: TableReader) throws(WireError) -> Commit? {
        guard let purpose = try purpose.decoded() else { return nil }
        try Check.count(payloads.count, atMost: WireLimits.rows, "held messages")
        guard [requestNodes.count, requestNumbers.count, oneWays.count].allSatisfy({ $0 <= payloads.count }) else {
            throw .malformed("columns of held messages of different lengths")
        }
        var held: [HeldMessage] = []
        held.reserveCapacity(payloads.count)
        for (row, payload) in payloads.enumerated() {
            let node = requestNodes.value(row)
            let request =
                node == 0 ? nil : RequestID(node: try tables.node(node - 1), number: requestNumbers.value(row))
            held.append(HeldMessage(request: request, payload: [UInt8](payload), oneWay: oneWays.value(row)))
        }
        return Commit(
            name: try Check.name(name), attempt: try Check.counter(attempt, "attempt"), purpose: purpose, held: held)
    }
}

extension ProtoCommitAnswer {
    init(_ answer: CommitAnswer) throws(WireError) {
        self.init()
        name = try Check.name(answer.name)
        attempt = try Check.counter(answer.attempt, "attempt")
        isDone = answer.isDone
        sequence = try Check.counter(answer.sequence, "sequence")
    }

    func decoded() throws(WireError) -> CommitAnswer {
        CommitAnswer(
            name: try Check.name(name), attempt: try Check.counter(attempt, "attempt"), isDone: isDone,
            sequence: try Check.counter(sequence, "sequence"))
    }
}

extension ProtoAbort {
    init(name: String, attempt: UInt64) throws(WireError) {
        self.init()
        self.name = try Check.name(name)
        self.attempt = try Check.counter(attempt, "attempt")
    }
}
