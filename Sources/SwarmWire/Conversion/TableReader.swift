import IntervalTreeClocks
import SwarmCore

/// Looks up what the messages of a frame refer to.
struct TableReader {
    /// The sender, and the nodes of the tables.
    private let nodes: [NodeID]
    /// The empty text, and those of the tables.
    private let texts: [String]
    private let isGroup: [Bool]
    private let universes: [Universe]
    private let stamps: [Stamp]

    init(_ proto: ProtoTables, sender: NodeID) throws(WireError) {
        let counts = [proto.nodeNames.count, proto.texts.count, proto.universeIds.count, proto.stampEvents.count]
        for count in counts {
            try Check.count(count, atMost: WireLimits.tableEntries, "nodes, texts, universes or stamps of a frame")
        }
        nodes = try Self.nodes(proto, sender: sender)
        for text in proto.texts {
            guard !text.utf8.isEmpty else { throw .malformed("an empty text in the tables") }
            try Check.text(text)
        }
        texts = [""] + proto.texts
        isGroup = texts.map { Naming.isGroup($0) }
        let universes = try Self.universes(proto)
        self.universes = universes
        stamps = try Self.stamps(proto, universes)
    }

    func node(_ reference: UInt32) throws(WireError) -> NodeID {
        guard reference < nodes.count else { throw .malformed("node reference \(reference)") }
        return nodes[Int(reference)]
    }

    func text(_ reference: UInt32) throws(WireError) -> String {
        guard reference < texts.count else { throw .malformed("text reference \(reference)") }
        return texts[Int(reference)]
    }

    func group(_ reference: UInt32) throws(WireError) -> String {
        let text = try text(reference)
        guard isGroup[Int(reference)] else { throw .malformed("a name of a group that is not dotted words") }
        return text
    }

    func optionalUniverse(_ reference: UInt32) throws(WireError) -> Universe? {
        reference == 0 ? nil : try universe(reference)
    }

    func universe(_ reference: UInt32) throws(WireError) -> Universe {
        try Self.universe(reference, universes)
    }

    func stamp(_ reference: UInt32) throws(WireError) -> Stamp {
        guard reference < stamps.count else { throw .malformed("stamp reference \(reference)") }
        return stamps[Int(reference)]
    }

    private static func nodes(_ proto: ProtoTables, sender: NodeID) throws(WireError) -> [NodeID] {
        guard proto.nodeNames.count == proto.nodeIncarnations.count else {
            throw .malformed("nodes without name or incarnation")
        }
        var nodes = [sender]
        nodes.reserveCapacity(proto.nodeNames.count + 1)
        for (name, incarnation) in zip(proto.nodeNames, proto.nodeIncarnations) {
            try Check.nodeName(name)
            nodes.append(NodeID(name: name, incarnation: try Check.counter(incarnation, "incarnation")))
        }
        return nodes
    }

    private static func universes(_ proto: ProtoTables) throws(WireError) -> [Universe] {
        let generations = proto.universeGenerations
        guard generations.count <= proto.universeIds.count else { throw .malformed("universes without id") }
        var universes: [Universe] = []
        universes.reserveCapacity(proto.universeIds.count)
        for (row, id) in proto.universeIds.enumerated() {
            let generation = generations.value(row)
            guard generation <= Universe.generationLimit else {
                throw .limitExceeded("generation of a universe", limit: Int(Universe.generationLimit))
            }
            universes.append(Universe(generation: generation, id: id))
        }
        return universes
    }

    private static func universe(_ reference: UInt32, _ universes: [Universe]) throws(WireError) -> Universe {
        guard reference > 0, reference <= universes.count else {
            throw .malformed("universe reference \(reference)")
        }
        return universes[Int(reference) - 1]
    }

    private static func stamps(_ proto: ProtoTables, _ universes: [Universe]) throws(WireError) -> [Stamp] {
        guard proto.stampEvents.count == proto.stampUniverses.count else {
            throw .malformed("stamps without universe or events")
        }
        var stamps: [Stamp] = []
        stamps.reserveCapacity(proto.stampEvents.count)
        var bytes = 0
        for (events, universe) in zip(proto.stampEvents, proto.stampUniverses) {
            bytes += events.count
            try Check.count(bytes, atMost: WireLimits.stampTableBytes, "bytes of the stamps of a frame")
            stamps.append(
                Stamp(universe: try Self.universe(universe, universes), events: try decodeEvents(Array(events))))
        }
        return stamps
    }

    private static func decodeEvents(_ bytes: [UInt8]) throws(WireError) -> IntervalTreeClock.Events {
        try Check.count(bytes.count, atMost: WireLimits.stampBytes, "bytes of a stamp")
        do {
            return try IntervalTreeClock.Events(decoding: bytes, sizeLimit: WireLimits.stampBytes)
        } catch {
            throw .malformed("a stamp: \(error)")
        }
    }
}
