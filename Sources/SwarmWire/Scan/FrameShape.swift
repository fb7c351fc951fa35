/// The messages of `swarm.proto` that contain something repeated, and where. A test compares it with the file.
enum FrameShape: String, CaseIterable {
    case envelope = "Envelope"
    case tables = "Tables"
    case message = "Message"
    case hello = "Hello"
    case memberDescription = "MemberDescription"
    case view = "View"
    case viewMember = "ViewMember"
    case positions = "Positions"
    case delta = "Delta"
    case claimTable = "ClaimTable"
    case moveTable = "MoveTable"
    case snapshot = "Snapshot"
    case snapshotManifest = "SnapshotManifest"
    case ended = "Ended"
    case request = "Request"
    case register = "Register"
    case updateMetadata = "UpdateMetadata"
    case restart = "Restart"
    case offer = "Offer"
    case commit = "Commit"

    /// What may be in a field.
    enum Rule: Equatable {
        /// Anything: unknown, a single value, or texts and bytes that cost what they weigh.
        case free
        /// A packed column (nil) or a message of this shape.
        case once(FrameShape?)
        /// Messages of this shape.
        case repeated(FrameShape)
    }

    /// How many messages in a repeated field are allowed.
    var childLimit: Int { self == .view ? WireLimits.members : WireLimits.messages }

    func rule(for field: UInt64) -> Rule {
        switch (self, field) {
        case (.envelope, 6): .once(.tables)
        case (.envelope, 7): .repeated(.message)
        case (.message, _): Self.messageCase(field)
        case (.request, 6): .once(.register)
        case (.request, 10): .once(.updateMetadata)
        case (.request, 12): .once(.restart)
        case (.hello, 1), (.viewMember, 1): .once(.memberDescription)
        case (.view, 1): .repeated(.viewMember)
        case (.view, 2), (.snapshotManifest, 3), (.ended, 2), (.restart, 2), (.restart, 3), (.delta, 10),
            (.delta, 12):
            .once(.positions)
        case (.delta, 3), (.snapshot, 6), (.offer, 3): .once(.claimTable)
        case (.delta, 8), (.claimTable, 20): .once(.moveTable)
        case (.snapshot, 7): .once(.snapshotManifest)
        case (.snapshotManifest, 4): .once(.ended)
        default: isColumn(field) ? .once(nil) : .free
        }
    }

    private static func messageCase(_ field: UInt64) -> Rule {
        switch field {
        case 2: .once(.hello)
        case 3: .once(.view)
        case 10: .once(.delta)
        case 12: .once(.snapshot)
        case 13: .once(.positions)
        case 16: .once(.ended)
        case 20: .once(.request)
        case 22: .once(.offer)
        case 24: .once(.commit)
        default: .free
        }
    }

    private func isColumn(_ field: UInt64) -> Bool {
        switch self {
        case .tables: [2, 4, 5, 6].contains(field)
        case .memberDescription: field == 3 || field == 5
        case .view: (3...5).contains(field)
        case .positions: field <= 2
        case .delta: [4, 5, 6, 9, 11].contains(field)
        case .claimTable: field <= 19 && ![1, 6, 11].contains(field)
        case .moveTable: field <= 5
        case .commit: (5...7).contains(field)
        default: false
        }
    }
}
