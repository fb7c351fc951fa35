/// When the tracker's loop is to be woken, for sleepers that cannot be told to wake earlier.
///
/// A new sleeper is wanted only if no earlier one is under way; one that wakes in vain does no harm. So there are as
/// many of them as the wanted time went backwards since the first: few.
struct Alarm {
    /// Uptimes at which a sleeper is to wake, the earliest last.
    private var armed: [UInt64] = []

    /// Whether a sleeper until `deadline` has to be made.
    mutating func arm(_ deadline: UInt64, now: UInt64) -> Bool {
        while let last = armed.last, last <= now { armed.removeLast() }
        if let last = armed.last, last <= deadline { return false }
        armed.append(deadline)
        return true
    }
}
