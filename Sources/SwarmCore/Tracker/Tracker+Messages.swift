/// The gate for all that other nodes say.
extension Tracker {
    mutating func receive(_ message: Message, from sender: Sender) {
        guard sender.node != node else { return receiveOwn(message) }
        guard configuration.isAllowed(sender.node.name) else { return count(.framesForeign) }
        if sender.node.name == node.name, sender.node.incarnation > node.incarnation {
            return halt(
                Failure(.nameTaken, "a later start of node \(node.name) is in the cluster; stop one of the two"))
        }
        // Both sides of a healed split have buried each other: each must be able to tell the other.
        if case .obituary(let obituary) = message { return receive(obituary, from: sender) }
        // The farewell may arrive before what was sent with it.
        if case .retire(let universe, let id) = message, membership.burials[sender.node]?.cause == .left {
            return takeBack(universe, id, of: sender.node)
        }
        guard !membership.isBuried(sender), !membership.isReplaced(sender.node) else { return answerStale(sender) }
        switch message {
        case .hello(let hello): return receive(hello, from: sender)
        case .view(let view): return receive(view, from: sender)
        default: break
        }
        guard let member = membership.members[sender.node], member.life == sender.life else {
            count(.framesForeign)
            return introduce(to: sender.node)
        }
        receiveFromMember(message, from: sender)
    }

    /// The own heartbeat, come back through the broker: it and its queue work.
    private mutating func receiveOwn(_ message: Message) {
        guard case .heartbeat(let heartbeat) = message else { return }
        membership.health.echo(of: heartbeat.beat)
        assessHealth()
    }

    private mutating func receiveFromMember(_ message: Message, from sender: Sender) {
        switch message {
        case .heartbeat(let heartbeat): receive(heartbeat, from: sender)
        case .hello, .view, .obituary: break
        case .farewell(let words): farewell(words, from: sender)
        case .probe(let nonce): send(.probeAnswer(nonce: nonce), to: sender.node)
        case .probeAnswer: probeAnswered(by: sender.node)
        case .verdict(let verdict): receive(verdict, from: sender)
        case .report(let words): receive(words, from: sender)
        case .delta(let delta): receive(delta, from: sender)
        case .repair(let request): serve(request, to: sender.node)
        case .snapshot(let chunk): receive(chunk, from: sender)
        case .vector(let positions): compare(positions, of: sender.node)
        case .acknowledge(let upTo): acknowledge(upTo, to: sender.node)
        case .acknowledged(let upTo): acknowledged(upTo, by: sender.node)
        case .ended(let claims): receive(claims)
        case .forkRequest(let known): fork(for: sender.node, knowing: known)
        case .forkGrant(let universe, let id): adopt(universe, id)
        case .retire(let universe, let id): takeBack(universe, id, of: sender.node)
        case .request(let request): receive(request, from: sender)
        case .reply(let reply): receive(reply, from: sender)
        case .offer(let offer): receive(offer, from: sender.node)
        case .offerAnswer(let answer): receive(answer, from: sender.node)
        case .commit(let commit): receive(commit, from: sender.node)
        case .commitAnswer(let answer): receive(answer, from: sender.node)
        case .abort(let name, let attempt): aborted(name, attempt: attempt, by: sender.node)
        }
    }
}
