package import SwarmCore

/// What travels in one message of the broker: who sends it, and what it says.
package struct Frame: Equatable, Sendable {
    package var sender: Sender
    package var messages: [Message]
    /// How many messages of a newer minor version were left out when the frame was decoded.
    package var skipped: Int

    package init(sender: Sender, messages: [Message], skipped: Int = 0) {
        self.sender = sender
        self.messages = messages
        self.skipped = skipped
    }
}
