import SwarmCore

extension ProtoMessage {
    init(_ message: Message, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        switch message {
        case .heartbeat(let heartbeat): body = .heartbeat(try ProtoHeartbeat(heartbeat, &tables))
        case .hello(let hello): body = .hello(try ProtoHello(hello, &tables))
        case .view(let view): body = .view(try ProtoView(view, &tables))
        case .farewell(let farewell): body = .farewell(try ProtoFarewell(farewell))
        case .probe(let nonce): body = .probe(ProtoProbe(nonce: nonce))
        case .probeAnswer(let nonce): body = .probeAnswer(ProtoProbe(nonce: nonce))
        case .verdict(let verdict): body = .verdict(try ProtoVerdict(verdict, &tables))
        case .report(let report): body = .report(try ProtoReport(report, &tables))
        case .obituary(let obituary): body = .obituary(try ProtoObituary(obituary))
        case .delta(let delta): body = .delta(try ProtoDelta(delta, &tables))
        case .repair(let repair): body = .repair(try ProtoRepair(repair, &tables))
        case .snapshot(let chunk): body = .snapshot(try ProtoSnapshot(chunk, &tables))
        case .vector(let positions): body = .vector(try ProtoPositions(positions, &tables))
        case .acknowledge(let sequence): body = .acknowledge(try ProtoAcknowledge(upTo: sequence))
        case .acknowledged(let sequence): body = .acknowledged(try ProtoAcknowledge(upTo: sequence))
        case .ended(let claims): body = .ended(try ProtoEnded(claims, &tables))
        case .forkRequest(let universe): body = .forkRequest(try ProtoForkRequest(universe, &tables))
        case .forkGrant(let universe, let id): body = .forkGrant(try ProtoClockID(universe, id, &tables))
        case .retire(let universe, let id): body = .retire(try ProtoClockID(universe, id, &tables))
        case .request(let request): body = .request(try ProtoRequest(request, &tables))
        case .reply(let reply): body = .reply(try ProtoReply(reply, &tables))
        case .offer(let offer): body = .offer(try ProtoOffer(offer, &tables))
        case .offerAnswer(let answer): body = .offerAnswer(try ProtoOfferAnswer(answer, &tables))
        case .commit(let commit): body = .commit(try ProtoCommit(commit, &tables))
        case .commitAnswer(let answer): body = .commitAnswer(try ProtoCommitAnswer(answer))
        case .abort(let name, let attempt): body = .abort(try ProtoAbort(name: name, attempt: attempt))
        }
    }

    /// nil if it says something that only a newer minor version knows.
    func decoded(_ tables: TableReader) throws(WireError) -> Message? {
        switch body {
        case nil: return nil
        case .heartbeat(let proto): return .heartbeat(try proto.decoded(tables))
        case .hello(let proto): return .hello(try proto.decoded(tables))
        case .view(let proto): return .view(try proto.decoded(tables))
        case .farewell(let proto): return .farewell(try proto.decoded())
        case .probe(let proto): return .probe(nonce: proto.nonce)
        case .probeAnswer(let proto): return .probeAnswer(nonce: proto.nonce)
        case .verdict(let proto): return .verdict(try proto.decoded(tables))
        case .report(let proto): return .report(try proto.decoded(tables))
        case .obituary(let proto): return .obituary(try proto.decoded())
        case .delta(let proto): return try proto.decoded(tables).map { .delta($0) }
        case .repair(let proto): return .repair(try proto.decoded(tables))
        case .snapshot(let proto): return .snapshot(try proto.decoded(tables))
        case .vector(let proto): return .vector(try proto.decoded(tables))
        case .acknowledge(let proto): return .acknowledge(upTo: try proto.decoded())
        case .acknowledged(let proto): return .acknowledged(upTo: try proto.decoded())
        case .ended(let proto): return .ended(try proto.decoded(tables))
        case .forkRequest(let proto): return .forkRequest(try tables.optionalUniverse(proto.universe))
        case .forkGrant(let proto):
            let (universe, id) = try proto.decoded(tables)
            return .forkGrant(universe, id)
        case .retire(let proto):
            let (universe, id) = try proto.decoded(tables)
            return .retire(universe, id)
        case .request(let proto): return try proto.decoded(tables).map { .request($0) }
        case .reply(let proto): return try proto.decoded(tables).map { .reply($0) }
        case .offer(let proto): return try proto.decoded(tables).map { .offer($0) }
        case .offerAnswer(let proto): return try proto.decoded(tables).map { .offerAnswer($0) }
        case .commit(let proto): return try proto.decoded(tables).map { .commit($0) }
        case .commitAnswer(let proto): return .commitAnswer(try proto.decoded())
        case .abort(let proto):
            return .abort(name: try Check.name(proto.name), attempt: try Check.counter(proto.attempt, "attempt"))
        }
    }
}
