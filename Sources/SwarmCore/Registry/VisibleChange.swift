/// What became of a name, as lookups see it.
package enum VisibleChange: Equatable, Sendable {
    /// It runs: it was registered, or started again after its host died or it failed.
    case appeared(Claim)
    /// It runs on another node than before.
    case moved(Claim, from: NodeID)
    /// It was unregistered.
    case ended(name: String)

    /// nil where nobody would notice: the same worker, or a name that is hidden until it is started again.
    init?(from old: Claim?, to new: Claim?, name: String, exists: Bool) {
        switch (old, new) {
        case (nil, let new?): self = .appeared(new)
        case (let old?, let new?) where old.host != new.host: self = .moved(new, from: old.host)
        case (.some, nil) where !exists: self = .ended(name: name)
        default: return nil
        }
    }
}

extension Tracker {
    /// Tells the application what changed for all to see, on whatever node it was done. What a node reads while it
    /// catches up is no news.
    mutating func tellChanges() {
        let changes = registry.takeChanges()
        guard isReady else { return }
        for change in changes {
            switch change {
            case .appeared(let claim): out.append(.event(.registered(claim)))
            case .moved(let claim, let from): out.append(.event(.moved(name: claim.name, from: from, to: claim.host)))
            case .ended(let name): out.append(.event(.unregistered(name: name)))
            }
        }
    }
}
