/// How two causal histories stand to each other.
public enum CausalOrder: Hashable, Sendable {
    /// Both know the same events.
    case equal
    /// The left one knows strictly less than the right one, which therefore supersedes it.
    case before
    /// The left one knows strictly more than the right one, which it therefore supersedes.
    case after
    /// Each knows an event that the other does not.
    case concurrent
}
