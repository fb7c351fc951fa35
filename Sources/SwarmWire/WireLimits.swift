import SwarmCore

/// The limits of the protocol. A sender keeps them, and a reader refuses a frame that does not.
package enum WireLimits {
    /// Of an encoded frame, whole or put together from fragments.
    package static let frameBytes = 32 << 20
    /// A longer frame is sent in fragments, none of them longer than this.
    package static let fragmentBytes = 256 << 10
    /// Of one frame.
    package static let fragments = 1_024
    /// Messages in a frame.
    package static let messages = 8_192
    /// Operations of a delta, claims of a snapshot chunk, log positions, burials, held messages, orphans, ended claims.
    package static let rows = 65_536
    /// Different nodes, texts, universes or stamps that a frame refers to.
    package static let tableEntries = 262_144
    /// Members in a view.
    package static let members = 4_096
    /// Kinds of a member.
    package static let kinds = 4_096
    /// Roles of a member.
    package static let roles = 256
    /// Chunks of a snapshot.
    package static let chunks = 65_536
    /// Groups of one worker.
    package static let groups = 1_024
    /// Rival claims that end with the removal of a name.
    package static let rivals = 1_024
    /// Entries of metadata of one worker.
    package static let metadata = 256
    /// Bytes of one value of metadata.
    package static let metadataValueBytes = 1 << 20
    /// Bytes of a name of a worker (at least 1), a kind, a role, a key of metadata, a name of a queue.
    package static let nameBytes = Naming.workerLimit
    /// Bytes of the text of a failure; a longer one is cut when it is sent.
    package static let failureBytes = 16 << 10
    /// Bytes of an encoded clock id, or of the events of a stamp.
    package static let stampBytes = 4 << 10
    /// Bytes of all the stamps in a frame: decoded they may take a hundred times as much.
    package static let stampTableBytes = 2 << 20
    /// Sequences, clocks, incarnations, attempts and beats stay below this, so that no one can be made to overflow.
    package static let counter: UInt64 = 1 << 56
    /// Lives stay below this.
    package static let lives: UInt32 = 1 << 24
    /// Fields in a frame, which bounds what decoding it can allocate.
    static let fields = 1 << 20
}
