import IntervalTreeClocks
import SwarmCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Collects what the messages of a frame refer to, each thing once.
///
/// Rows that follow each other mostly refer to the same things, so the last one of each sort is tried first.
struct TableWriter {
    private let sender: NodeID
    private var nodes: [NodeID] = []
    private var nodePlaces: [NodeID: UInt32] = [:]
    private var texts: [String] = []
    private var textPlaces: [ExactText: UInt32] = [:]
    /// The texts that were found to be names of groups.
    private var groups: Set<UInt32> = []
    private var universes: [Universe] = []
    private var universePlaces: [Universe: UInt32] = [:]
    private var stamps: [Stamp] = []
    private var stampPlaces: [Stamp: UInt32] = [:]
    private var stampUniverses: [UInt32] = []

    private var lastNode: (id: NodeID, place: UInt32)
    private var lastText: (text: ExactText, place: UInt32) = (ExactText(""), 0)
    private var lastStamp: (stamp: Stamp, place: UInt32)?

    init(sender: NodeID) {
        self.sender = sender
        lastNode = (sender, 0)
    }

    mutating func node(_ id: NodeID) throws(WireError) -> UInt32 {
        if id == lastNode.id { return lastNode.place }
        if id == sender { return 0 }
        if let place = nodePlaces[id] {
            lastNode = (id, place)
            return place
        }
        try Check.nodeName(id.name)
        try Check.counter(id.incarnation, "incarnation")
        nodes.append(id)
        let place = UInt32(nodes.count)
        nodePlaces[id] = place
        lastNode = (id, place)
        return place
    }

    mutating func text(_ string: String) throws(WireError) -> UInt32 {
        if string.utf8.isEmpty { return 0 }
        let text = ExactText(string)
        if text == lastText.text { return lastText.place }
        if let place = textPlaces[text] {
            lastText = (text, place)
            return place
        }
        try Check.text(string)
        texts.append(string)
        let place = UInt32(texts.count)
        textPlaces[text] = place
        lastText = (text, place)
        return place
    }

    mutating func group(_ name: String) throws(WireError) -> UInt32 {
        let place = try text(name)
        if !groups.contains(place) {
            try Check.group(name)
            groups.insert(place)
        }
        return place
    }

    /// 0 for nil.
    mutating func universe(_ universe: Universe?) throws(WireError) -> UInt32 {
        guard let universe else { return 0 }
        if let place = universePlaces[universe] { return place }
        guard universe.generation <= Universe.generationLimit else {
            throw .limitExceeded("generation of a universe", limit: Int(Universe.generationLimit))
        }
        universes.append(universe)
        let place = UInt32(universes.count)
        universePlaces[universe] = place
        return place
    }

    mutating func stamp(_ stamp: Stamp) throws(WireError) -> UInt32 {
        if let lastStamp, stamp == lastStamp.stamp { return lastStamp.place }
        if let place = stampPlaces[stamp] {
            lastStamp = (stamp, place)
            return place
        }
        stampUniverses.append(try universe(stamp.universe))
        let place = UInt32(stamps.count)
        stamps.append(stamp)
        stampPlaces[stamp] = place
        lastStamp = (stamp, place)
        return place
    }

    /// The tables, or nil if nothing is referred to.
    func proto() throws(WireError) -> ProtoTables? {
        if nodes.isEmpty, texts.isEmpty, universes.isEmpty { return nil }
        for count in [nodes.count, texts.count, universes.count, stamps.count] {
            try Check.count(count, atMost: WireLimits.tableEntries, "nodes, texts, universes or stamps of a frame")
        }
        var proto = ProtoTables()
        proto.nodeNames = nodes.map(\.name)
        proto.nodeIncarnations = nodes.map(\.incarnation)
        proto.texts = texts
        proto.universeGenerations = universes.map(\.generation)
        proto.universeIds = universes.map(\.id)
        proto.stampUniverses = stampUniverses
        proto.stampEvents.reserveCapacity(stamps.count)
        var bytes = 0
        for stamp in stamps {
            let encoded = stamp.events.encoded()
            try Check.count(encoded.count, atMost: WireLimits.stampBytes, "bytes of a stamp")
            bytes += encoded.count
            proto.stampEvents.append(Data(encoded))
        }
        try Check.count(bytes, atMost: WireLimits.stampTableBytes, "bytes of the stamps of a frame")
        return proto
    }
}

/// A text compared byte by byte. `String` takes texts for equal that are written with other code points; what is
/// replicated has to arrive as it was, or its digest would differ.
private struct ExactText: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
