extension IntervalTreeClock {
    /// The clock in the bit encoding of the paper (appendix A): the id, then the events, padded with zero bits to whole
    /// bytes. Equal clocks give equal bytes.
    public func encoded() -> [UInt8] {
        var writer = BitWriter()
        id.tree.encode(into: &writer)
        events.tree.encode(into: &writer)
        return writer.bytes
    }

    /// Decodes what ``encoded()`` gave.
    ///
    /// - Parameters:
    ///   - bytes: The encoded clock, and nothing else.
    ///   - sizeLimit: The most bytes that are accepted. Decoding takes up to about 200 times as much memory.
    /// - Throws: ``DecodingError`` if the bytes are anything but the canonical encoding of a clock within the limits.
    public init(
        decoding bytes: some Collection<UInt8>, sizeLimit: Int = IntervalTreeClock.defaultSizeLimit
    ) throws(DecodingError) {
        var reader = try BitReader(bytes, sizeLimit: sizeLimit)
        id = ID(try IDTree(from: &reader))
        events = Events(try EventTree(from: &reader))
        try reader.finish()
    }
}

extension IntervalTreeClock.ID {
    /// The id in the bit encoding of the paper (appendix A), padded with zero bits to whole bytes.
    public func encoded() -> [UInt8] {
        var writer = BitWriter()
        tree.encode(into: &writer)
        return writer.bytes
    }

    /// Decodes what ``encoded()`` gave.
    ///
    /// - Parameters:
    ///   - bytes: The encoded id, and nothing else.
    ///   - sizeLimit: The most bytes that are accepted. Decoding takes up to about 200 times as much memory.
    /// - Throws: ``IntervalTreeClock/DecodingError`` if the bytes are anything but the canonical encoding of an id within
    ///   the limits.
    public init(
        decoding bytes: some Collection<UInt8>, sizeLimit: Int = IntervalTreeClock.defaultSizeLimit
    ) throws(IntervalTreeClock.DecodingError) {
        var reader = try BitReader(bytes, sizeLimit: sizeLimit)
        tree = try IDTree(from: &reader)
        try reader.finish()
    }
}

extension IntervalTreeClock.Events {
    /// The events in the bit encoding of the paper (appendix A), padded with zero bits to whole bytes.
    public func encoded() -> [UInt8] {
        var writer = BitWriter()
        tree.encode(into: &writer)
        return writer.bytes
    }

    /// Decodes what ``encoded()`` gave.
    ///
    /// - Parameters:
    ///   - bytes: The encoded events, and nothing else.
    ///   - sizeLimit: The most bytes that are accepted. Decoding takes up to about 200 times as much memory.
    /// - Throws: ``IntervalTreeClock/DecodingError`` if the bytes are anything but the canonical encoding of an event tree
    ///   within the limits.
    public init(
        decoding bytes: some Collection<UInt8>, sizeLimit: Int = IntervalTreeClock.defaultSizeLimit
    ) throws(IntervalTreeClock.DecodingError) {
        var reader = try BitReader(bytes, sizeLimit: sizeLimit)
        tree = try EventTree(from: &reader)
        try reader.finish()
    }
}
