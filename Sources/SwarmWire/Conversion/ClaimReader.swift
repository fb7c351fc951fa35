import SwarmCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ProtoClaimTable {
    func decoded(_ tables: TableReader) throws(WireError) -> [Claim] {
        var reader = try ClaimReader(self, tables)
        return try reader.claims()
    }
}

/// Reads the rows of a table of claims in order. Its columns are kept apart because the generated type holds them
/// behind a reference.
private struct ClaimReader {
    private let tables: TableReader
    private let names: [String]
    private let hosts: [UInt32]
    private var sequences: GrowingReader
    private var workerIDs: GrowingReader
    private let kinds: [UInt32]
    private let arguments: [Data]
    private let groupCounts: [UInt32]
    private var groups: ArraySlice<UInt32>
    private let metadataCounts: [UInt32]
    private var metadataKeys: ArraySlice<UInt32>
    private var metadataValues: ArraySlice<String>
    private let stamps: [UInt32]
    private var tokenClocks: GrowingReader
    private let tokenNodes: [UInt32]
    private let birthOrigins: [UInt32]
    private let birthDistances: [Int64]
    private let requestNodes: [UInt32]
    private var requestNumbers: GrowingReader
    private var movingRows: ArraySlice<UInt32>
    private var moves: ArraySlice<Move>

    init(_ table: ProtoClaimTable, _ tables: TableReader) throws(WireError) {
        try Check.count(table.names.count, atMost: WireLimits.rows, "claims of a table")
        try Self.checkLengths(table)
        self.tables = tables
        names = table.names
        hosts = table.hosts
        sequences = GrowingReader(table.sequences)
        workerIDs = GrowingReader(table.workerIds)
        kinds = table.kinds
        arguments = table.arguments
        groupCounts = table.groupCounts
        groups = table.groups[...]
        metadataCounts = table.metadataCounts
        metadataKeys = table.metadataKeys[...]
        metadataValues = table.metadataValues[...]
        stamps = table.stamps
        tokenClocks = GrowingReader(table.tokenClocks)
        tokenNodes = table.tokenNodes
        birthOrigins = table.birthOrigins
        birthDistances = table.birthDistances
        requestNodes = table.requestNodes
        requestNumbers = GrowingReader(table.requestNumbers)
        movingRows = table.movingRows[...]
        moves = try table.moves.decoded(tables)[...]
        guard movingRows.count == moves.count else { throw .malformed("moves without a row") }
    }

    /// A column that is longer than the table belongs to another table, or to nobody.
    private static func checkLengths(_ table: ProtoClaimTable) throws(WireError) {
        let lengths = [
            table.hosts.count, table.sequences.count, table.workerIds.count, table.kinds.count, table.arguments.count,
            table.groupCounts.count, table.metadataCounts.count, table.stamps.count, table.tokenClocks.count,
            table.tokenNodes.count, table.birthOrigins.count, table.birthDistances.count, table.requestNodes.count,
            table.requestNumbers.count, table.movingRows.count,
        ]
        guard lengths.allSatisfy({ $0 <= table.names.count }), table.metadataKeys.count == table.metadataValues.count
        else { throw .malformed("columns of claims of different lengths") }
    }

    mutating func claims() throws(WireError) -> [Claim] {
        var claims: [Claim] = []
        claims.reserveCapacity(names.count)
        for row in names.indices { claims.append(try claim(row)) }
        guard groups.isEmpty, metadataKeys.isEmpty, moves.isEmpty else {
            throw .malformed("groups, metadata or moves without a claim")
        }
        return claims
    }

    private mutating func claim(_ row: Int) throws(WireError) -> Claim {
        let sequence = try Check.counter(sequences.next(), "sequence")
        let birth = sequence &- UInt64(bitPattern: birthDistances.value(row))
        return Claim(
            name: try Check.name(names[row]),
            host: try tables.node(hosts.value(row)),
            workerID: workerIDs.next(),
            sequence: sequence,
            kind: try tables.text(kinds.value(row)),
            arguments: row < arguments.count ? [UInt8](arguments[row]) : [],
            groups: try nextGroups(row),
            metadata: try nextMetadata(row),
            stamp: try tables.stamp(stamps.value(row)),
            token: Token(
                clock: try Check.counter(tokenClocks.next(), "clock"), node: try tables.node(tokenNodes.value(row))),
            birth: LogPosition(
                origin: try tables.node(birthOrigins.value(row)), sequence: try Check.counter(birth, "sequence")),
            request: RequestID(node: try tables.node(requestNodes.value(row)), number: requestNumbers.next()),
            move: try nextMove(row))
    }

    private mutating func nextGroups(_ row: Int) throws(WireError) -> [String] {
        let count = Int(groupCounts.value(row))
        if count == 0 { return [] }
        try Check.count(count, atMost: min(WireLimits.groups, groups.count), "groups of a worker")
        var names: [String] = []
        names.reserveCapacity(count)
        for reference in groups.prefix(count) { names.append(try tables.group(reference)) }
        groups = groups.dropFirst(count)
        try Check.ascending(names, "groups")
        return names
    }

    private mutating func nextMetadata(_ row: Int) throws(WireError) -> [String: String] {
        let count = Int(metadataCounts.value(row))
        if count == 0 { return [:] }
        try Check.count(count, atMost: min(WireLimits.metadata, metadataKeys.count), "metadata of a worker")
        var keys: [String] = []
        for reference in metadataKeys.prefix(count) { keys.append(try tables.text(reference)) }
        try Check.ascending(keys, "keys of metadata")
        var metadata: [String: String] = [:]
        metadata.reserveCapacity(count)
        for (key, value) in zip(keys, metadataValues) { metadata[key] = try Check.metadataValue(value) }
        metadataKeys = metadataKeys.dropFirst(count)
        metadataValues = metadataValues.dropFirst(count)
        return metadata
    }

    private mutating func nextMove(_ row: Int) throws(WireError) -> Move? {
        guard let next = movingRows.first, next == row else { return nil }
        movingRows = movingRows.dropFirst()
        return moves.popFirst()
    }
}
