import SwarmCore

/// Lays handoffs out by columns.
struct MoveColumns {
    private var targets: [UInt32] = []
    private var attempts = GrowingColumn()
    private var tokenClocks = GrowingColumn()
    private var tokenNodes: [UInt32] = []
    private var sequences = GrowingColumn()

    mutating func append(_ move: Move, _ tables: inout TableWriter) throws(WireError) {
        let row = targets.count
        targets.append(try tables.node(move.to))
        attempts.put(try Check.counter(move.attempt, "attempt"), row: row)
        tokenClocks.put(try Check.counter(move.token.clock, "clock"), row: row)
        tokenNodes.put(try tables.node(move.token.node), row: row)
        sequences.put(try Check.counter(move.sequence, "sequence"), row: row)
    }

    /// The table, or nil without rows.
    func proto() throws(WireError) -> ProtoMoveTable? {
        if targets.isEmpty { return nil }
        try Check.count(targets.count, atMost: WireLimits.rows, "moves of a table")
        var table = ProtoMoveTable()
        table.targets = targets
        table.attempts = attempts.values
        table.tokenClocks = tokenClocks.values
        table.tokenNodes = tokenNodes
        table.sequences = sequences.values
        return table
    }
}

extension ProtoMoveTable {
    func decoded(_ tables: TableReader) throws(WireError) -> [Move] {
        try Check.count(targets.count, atMost: WireLimits.rows, "moves of a table")
        guard
            [attempts.count, tokenClocks.count, tokenNodes.count, sequences.count].allSatisfy({ $0 <= targets.count })
        else { throw .malformed("columns of moves of different lengths") }
        var attempts = GrowingReader(attempts)
        var clocks = GrowingReader(tokenClocks)
        var sequences = GrowingReader(sequences)
        var moves: [Move] = []
        moves.reserveCapacity(targets.count)
        for (row, target) in targets.enumerated() {
            moves.append(
                Move(
                    to: try tables.node(target),
                    attempt: try Check.counter(attempts.next(), "attempt"),
                    token: Token(
                        clock: try Check.counter(clocks.next(), "clock"),
                        node: try tables.node(tokenNodes.value(row))),
                    sequence: try Check.counter(sequences.next(), "sequence")))
        }
        return moves
    }
}
