import SwarmCore

/// Which frames are heard at all.
///
/// What nodes say to each other is believed only if it came through an exchange that only nodes may write to, and, if the
/// cluster's users are configured, from one of them as the broker has validated it. Through the default exchange, which
/// every user of the broker may write to, nothing but probes is taken.
struct TrustFilter: Sendable {
    /// nil: whoever may write to the cluster's exchanges.
    let clusterUsers: Set<String>?
    /// What other users may ask from outside.
    let outsidePermissions: [String: Set<OutsidePermission>]

    /// Whether a frame of the heartbeat or control lane may be decoded.
    func admits(_ frame: InboundFrame) -> Bool {
        switch frame.exchange {
        case .control, .direct, nil: isClusterUser(frame.userID)
        case .groups, .requests: false
        }
    }

    /// Whether this message may come the way it came.
    func admits(_ message: Message, through exchange: TransportExchange?) -> Bool {
        guard exchange == nil else { return true }
        if case .probe = message { return true }
        return false
    }

    /// What a user may ask from outside.
    func permissions(of user: String?) -> Set<OutsidePermission> {
        if isClusterUser(user) { return OutsidePermission.all }
        return user.flatMap { outsidePermissions[$0] } ?? []
    }

    private func isClusterUser(_ user: String?) -> Bool {
        guard let clusterUsers else { return user.map { outsidePermissions[$0] == nil } ?? true }
        return user.map(clusterUsers.contains) ?? false
    }
}
