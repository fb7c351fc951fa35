import SwarmCore

extension ProtoDelta {
    init(_ delta: Delta, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        try Check.count(delta.operations.count, atMost: WireLimits.rows, "operations of a delta")
        origin = try tables.node(delta.origin)
        first = try Check.counter(delta.first, "sequence")
        var columns = OperationColumns(capacity: delta.operations.count)
        for operation in delta.operations { try columns.append(operation, &tables) }
        if let claims = try columns.claims.proto() { puts = claims }
        citesOrigins = columns.citesOrigins
        citesSequences = columns.citesSequences
        operations = columns.kinds
        names = columns.names
        if let moves = try columns.moves.proto() { self.moves = moves }
        settledAttempts = columns.settledAttempts
        rivalCounts = columns.rivalCounts
        if !columns.successors.isEmpty { successors = try ProtoPositions(columns.successors, &tables) }
        if !columns.rivals.isEmpty { rivals = try ProtoPositions(columns.rivals, &tables) }
    }

    /// nil if it has operations that are not known here: its sequence numbers leave nothing out.
    func decoded(_ tables: TableReader) throws(WireError) -> Delta? {
        let claims = try puts.decoded(tables)
        guard citesOrigins.count <= claims.count, citesSequences.count <= claims.count else {
            throw .malformed("citations without a put")
        }
        let origin = try tables.node(origin)
        let first = try Check.counter(first, "sequence")
        var decoded: [Operation] = []
        if operations.isEmpty {
            decoded.reserveCapacity(claims.count)
            for (row, claim) in claims.enumerated() {
                decoded.append(.put(claim, cites: try citation(row, tables)))
            }
        } else {
            try Check.count(operations.count, atMost: WireLimits.rows, "operations of a delta")
            decoded.reserveCapacity(operations.count)
            var rest = try OtherOperations(self, tables)
            var row = 0
            for kind in operations {
                if kind == .put {
                    guard row < claims.count else { throw .malformed("a put without a claim") }
                    decoded.append(.put(claims[row], cites: try citation(row, tables)))
                    row += 1
                } else {
                    guard let operation = try rest.next(kind) else { return nil }
                    decoded.append(operation)
                }
            }
            guard row == claims.count, rest.isEmpty else { throw .malformed("columns of a delta of different lengths") }
        }
        return Delta(origin: origin, first: first, operations: decoded)
    }

    private func citation(_ row: Int, _ tables: TableReader) throws(WireError) -> LogPosition? {
        let origin = citesOrigins.value(row)
        if origin == 0 { return nil }
        return LogPosition(
            origin: try tables.node(origin - 1), sequence: try Check.counter(citesSequences.value(row), "sequence"))
    }
}

/// Lays operations out by columns. They are collected here, as the generated type would copy a column for each value
/// that is appended in place.
private struct OperationColumns {
    var claims: ClaimColumns
    var citesOrigins: [UInt32] = []
    var citesSequences: [UInt64] = []
    /// Empty until there is an operation that is no put.
    var kinds: [ProtoOperationKind] = []
    var names: [String] = []
    var moves = MoveColumns()
    var settledAttempts: [UInt64] = []
    var successors: [LogPosition] = []
    var removes = 0
    var rivalCounts: [UInt32] = []
    var rivals: [LogPosition] = []

    init(capacity: Int) { claims = ClaimColumns(capacity: capacity) }

    mutating func append(_ operation: Operation, _ tables: inout TableWriter) throws(WireError) {
        switch operation {
        case .put(let claim, let cites):
            if !kinds.isEmpty { kinds.append(.put) }
            if let cites {
                citesOrigins.put(try tables.node(cites.origin) + 1, row: claims.count)
                citesSequences.put(try Check.counter(cites.sequence, "sequence"), row: claims.count)
            }
            try claims.append(claim, &tables)
        case .moving(let name, let move):
            try note(.moving, name)
            try moves.append(move, &tables)
        case .settled(let name, let attempt):
            try note(.settled, name)
            settledAttempts.append(try Check.counter(attempt, "attempt"))
        case .release(let name, let successor):
            try note(.release, name)
            successors.append(successor)
        case .remove(let name, let alsoEnds):
            try note(.remove, name)
            try Check.count(alsoEnds.count, atMost: WireLimits.rivals, "rivals of a removed name")
            rivalCounts.put(UInt32(alsoEnds.count), row: removes)
            rivals += alsoEnds
            removes += 1
        }
    }

    private mutating func note(_ kind: ProtoOperationKind, _ name: String) throws(WireError) {
        if kinds.isEmpty { kinds = Array(repeating: .put, count: claims.count) }
        kinds.append(kind)
        names.append(try Check.name(name))
    }
}

/// What a delta has of the operations that are no puts, in order.
private struct OtherOperations {
    var names: ArraySlice<String>
    var moves: ArraySlice<Move>
    var attempts: ArraySlice<UInt64>
    var successors: ArraySlice<LogPosition>
    var rivalCounts: ArraySlice<UInt32>
    var rivals: ArraySlice<LogPosition>

    init(_ delta: ProtoDelta, _ tables: TableReader) throws(WireError) {
        names = delta.names[...]
        moves = try delta.moves.decoded(tables)[...]
        attempts = delta.settledAttempts[...]
        successors = try delta.successors.decoded(tables)[...]
        rivalCounts = delta.rivalCounts[...]
        rivals = try delta.rivals.decoded(tables)[...]
    }

    var isEmpty: Bool {
        names.isEmpty && moves.isEmpty && attempts.isEmpty && successors.isEmpty && rivalCounts.isEmpty
            && rivals.isEmpty
    }

    /// nil if the kind is not known here.
    mutating func next(_ kind: ProtoOperationKind) throws(WireError) -> Operation? {
        if case .UNRECOGNIZED = kind { return nil }
        guard let name = names.popFirst() else { throw .malformed("an operation without a name") }
        try Check.name(name)
        switch kind {
        case .moving:
            guard let move = moves.popFirst() else { throw .malformed("a moving without a move") }
            return .moving(name: name, move)
        case .settled:
            guard let attempt = attempts.popFirst() else { throw .malformed("a settled without an attempt") }
            return .settled(name: name, attempt: try Check.counter(attempt, "attempt"))
        case .release:
            guard let successor = successors.popFirst() else { throw .malformed("a release without a successor") }
            return .release(name: name, successor: successor)
        case .remove:
            let count = Int(rivalCounts.popFirst() ?? 0)
            try Check.count(count, atMost: min(WireLimits.rivals, rivals.count), "rivals of a removed name")
            defer { rivals = rivals.dropFirst(count) }
            return .remove(name: name, alsoEnds: Array(rivals.prefix(count)))
        case .put, .UNRECOGNIZED:
            return nil
        }
    }
}
