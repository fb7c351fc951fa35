import SwarmCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Lays claims out by columns.
struct ClaimColumns {
    private var names: [String] = []
    private var hosts: [UInt32] = []
    private var sequences = GrowingColumn()
    private var workerIDs = GrowingColumn()
    private var kinds: [UInt32] = []
    private var arguments: [Data] = []
    private var groupCounts: [UInt32] = []
    private var groups: [UInt32] = []
    private var metadataCounts: [UInt32] = []
    private var metadataKeys: [UInt32] = []
    private var metadataValues: [String] = []
    private var stamps: [UInt32] = []
    private var tokenClocks = GrowingColumn()
    private var tokenNodes: [UInt32] = []
    private var birthOrigins: [UInt32] = []
    private var birthDistances: [Int64] = []
    private var requestNodes: [UInt32] = []
    private var requestNumbers = GrowingColumn()
    private var movingRows: [UInt32] = []
    private var moves = MoveColumns()

    var count: Int { names.count }

    init(capacity: Int) { names.reserveCapacity(capacity) }

    mutating func append(_ claim: Claim, _ tables: inout TableWriter) throws(WireError) {
        let row = names.count
        names.append(try Check.name(claim.name))
        hosts.put(try tables.node(claim.host), row: row)
        sequences.put(try Check.counter(claim.sequence, "sequence"), row: row)
        workerIDs.put(claim.workerID, row: row)
        kinds.put(try tables.text(claim.kind), row: row)
        if !claim.arguments.isEmpty { arguments.put(Data(claim.arguments), row: row) }
        if !claim.groups.isEmpty { try appendGroups(claim.groups, row, &tables) }
        if !claim.metadata.isEmpty { try appendMetadata(claim.metadata, row, &tables) }
        stamps.put(try tables.stamp(claim.stamp), row: row)
        tokenClocks.put(try Check.counter(claim.token.clock, "clock"), row: row)
        tokenNodes.put(try tables.node(claim.token.node), row: row)
        birthOrigins.put(try tables.node(claim.birth.origin), row: row)
        let birth = try Check.counter(claim.birth.sequence, "sequence")
        birthDistances.put(Int64(bitPattern: claim.sequence &- birth), row: row)
        requestNodes.put(try tables.node(claim.request.node), row: row)
        requestNumbers.put(claim.request.number, row: row)
        if let move = claim.move {
            movingRows.append(UInt32(row))
            try moves.append(move, &tables)
        }
    }

    private mutating func appendGroups(
        _ names: [String], _ row: Int, _ tables: inout TableWriter
    ) throws(WireError) {
        try Check.count(names.count, atMost: WireLimits.groups, "groups of a worker")
        try Check.ascending(names, "groups")
        groupCounts.put(UInt32(names.count), row: row)
        for name in names { groups.append(try tables.group(name)) }
    }

    private mutating func appendMetadata(
        _ metadata: [String: String], _ row: Int, _ tables: inout TableWriter
    ) throws(WireError) {
        try Check.count(metadata.count, atMost: WireLimits.metadata, "metadata of a worker")
        metadataCounts.put(UInt32(metadata.count), row: row)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            metadataKeys.append(try tables.text(key))
            metadataValues.append(try Check.metadataValue(value))
        }
    }

    /// The table, or nil without rows.
    func proto() throws(WireError) -> ProtoClaimTable? {
        if names.isEmpty { return nil }
        try Check.count(names.count, atMost: WireLimits.rows, "claims of a table")
        var table = ProtoClaimTable()
        table.names = names
        table.hosts = hosts
        table.sequences = sequences.values
        table.workerIds = workerIDs.values
        table.kinds = kinds
        table.arguments = arguments
        table.groupCounts = groupCounts
        table.groups = groups
        table.metadataCounts = metadataCounts
        table.metadataKeys = metadataKeys
        table.metadataValues = metadataValues
        table.stamps = stamps
        table.tokenClocks = tokenClocks.values
        table.tokenNodes = tokenNodes
        table.birthOrigins = birthOrigins
        table.birthDistances = birthDistances
        table.requestNodes = requestNodes
        table.requestNumbers = requestNumbers.values
        table.movingRows = movingRows
        if let moves = try moves.proto() { table.moves = moves }
        return table
    }
}
