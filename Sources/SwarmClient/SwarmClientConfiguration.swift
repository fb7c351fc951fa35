/// What a client is told once. Everything but the cluster has a default.
public struct SwarmClientConfiguration: Sendable, Hashable {
    /// The cluster's name: letters, digits, `-` and `_`, at most 64 bytes. Default: `default`.
    public var cluster: String

    /// How long one operation may take, the wait for a connection included. Default: 5 s; from 1 ms to 300 s.
    public var requestTimeout: Duration = .seconds(5)

    /// How many requests are under way at a time; more wait for their turn, within their timeout and in order.
    /// A node works on 1,000 by default. Default: 256; at least 1.
    public var requestsUnderWay = 256

    /// How many requests may wait or be under way; one more is refused with `overloaded`. Default: 100,000; at least 1.
    public var requestLimit = 100_000

    /// Larger messages are refused with `tooLarge`, in bytes of JSON. Default: 4 MiB, as the nodes'.
    public var messageBytes = 4 << 20

    /// Creates a configuration with all defaults.
    public init(cluster: String = "default") { self.cluster = cluster }
}
