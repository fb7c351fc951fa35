import SwarmCore

extension ProtoPositions {
    init(_ positions: [LogPosition], _ tables: inout TableWriter) throws(WireError) {
        self.init()
        try Check.count(positions.count, atMost: WireLimits.rows, "log positions")
        // Columns are collected outside of the generated types, which may copy one for each value appended in place.
        var origins: [UInt32] = []
        var sequences: [UInt64] = []
        sequences.reserveCapacity(positions.count)
        for (row, position) in positions.enumerated() {
            origins.put(try tables.node(position.origin), row: row)
            sequences.append(try Check.counter(position.sequence, "sequence"))
        }
        self.origins = origins
        self.sequences = sequences
    }

    func decoded(_ tables: TableReader) throws(WireError) -> [LogPosition] {
        try Check.count(sequences.count, atMost: WireLimits.rows, "log positions")
        guard origins.count <= sequences.count else { throw .malformed("log positions without a sequence") }
        var positions: [LogPosition] = []
        positions.reserveCapacity(sequences.count)
        for (row, sequence) in sequences.enumerated() {
            positions.append(
                LogPosition(
                    origin: try tables.node(origins.value(row)), sequence: try Check.counter(sequence, "sequence")))
        }
        return positions
    }
}
