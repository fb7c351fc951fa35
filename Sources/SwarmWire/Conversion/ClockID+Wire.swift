import IntervalTreeClocks
import SwarmCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ProtoForkRequest {
    init(_ universe: Universe?, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        self.universe = try tables.universe(universe)
    }
}

extension ProtoClockID {
    init(_ universe: Universe, _ id: IntervalTreeClock.ID, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        self.universe = try tables.universe(universe)
        let bytes = id.encoded()
        try Check.count(bytes.count, atMost: WireLimits.stampBytes, "bytes of a clock id")
        self.id = Data(bytes)
    }

    func decoded(_ tables: TableReader) throws(WireError) -> (Universe, IntervalTreeClock.ID) {
        let universe = try tables.universe(universe)
        try Check.count(id.count, atMost: WireLimits.stampBytes, "bytes of a clock id")
        do {
            return (universe, try IntervalTreeClock.ID(decoding: Array(id), sizeLimit: WireLimits.stampBytes))
        } catch {
            throw .malformed("a clock id: \(error)")
        }
    }
}
