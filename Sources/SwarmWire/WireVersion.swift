/// The version of the protocol that this code speaks.
package enum WireVersion {
    /// Frames of another major version are refused.
    package static let major: UInt32 = 1
    /// Grows with additions that older readers skip.
    package static let minor: UInt32 = 0
}
