import SwarmCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ProtoRequest {
    init(_ request: Request, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        node = try tables.node(request.id.node)
        number = request.id.number
        lifetime = request.lifetime
        placement = request.placement
        hops = UInt32(request.hops)
        earlierTries = max(request.tries, 1) - 1
        if let birth = request.birth {
            birthNode = try tables.node(birth.origin)
            birthSequence = birth.sequence
        }
        switch request.body {
        case .register(let order): body = .register(try ProtoRegister(order))
        case .unregister(let name): body = .unregister(try ProtoNameOnly(name))
        case .join(let name, let group): body = .join(try ProtoNameAndGroup(name, group))
        case .leave(let name, let group): body = .leave(try ProtoNameAndGroup(name, group))
        case .update(let name, let metadata): body = .update(try ProtoUpdateMetadata(name, metadata))
        case .deliver(let name, let payload, let oneWay):
            body = .deliver(try ProtoDeliver(name, payload, oneWay: oneWay))
        case .restart(let orders): body = .restart(try ProtoRestart(orders, &tables))
        case .drain(let node): body = .drain(try ProtoNodeOnly(node))
        case .inspect(let node): body = .inspect(try ProtoNodeOnly(node))
        }
    }

    /// nil if it asks for something that is not known here.
    func decoded(_ tables: TableReader) throws(WireError) -> Request? {
        guard let body else { return nil }
        guard let hops = UInt8(exactly: hops) else { throw .limitExceeded("hops of a request", limit: 255) }
        let tries = earlierTries == .max ? .max : earlierTries + 1
        return Request(
            id: RequestID(node: try tables.node(node), number: number), lifetime: lifetime, placement: placement,
            hops: hops, birth: try birth(tables), tries: tries, body: try Self.decoded(body, tables))
    }

    private func birth(_ tables: TableReader) throws(WireError) -> LogPosition? {
        guard birthSequence > 0 else { return nil }
        return LogPosition(
            origin: try tables.node(birthNode), sequence: try Check.counter(birthSequence, "sequence"))
    }

    private static func decoded(_ body: OneOf_Body, _ tables: TableReader) throws(WireError) -> RequestBody {
        switch body {
        case .register(let order): .register(try order.decoded())
        case .unregister(let proto): .unregister(name: try Check.name(proto.name))
        case .join(let proto): .join(name: try Check.name(proto.name), group: try Check.group(proto.group))
        case .leave(let proto): .leave(name: try Check.name(proto.name), group: try Check.group(proto.group))
        case .update(let proto): .update(name: try Check.name(proto.name), metadata: try proto.metadata())
        case .deliver(let proto):
            .deliver(name: try Check.name(proto.name), payload: [UInt8](proto.payload), oneWay: proto.oneWay)
        case .restart(let proto): .restart(try proto.decoded(tables))
        case .drain(let proto): .drain(node: try Check.nodeName(proto.node))
        case .inspect(let proto): .inspect(node: try Check.nodeName(proto.node))
        }
    }
}

extension ProtoNodeOnly {
    init(_ node: String) throws(WireError) {
        self.init()
        self.node = try Check.nodeName(node)
    }
}

extension ProtoNameOnly {
    init(_ name: String) throws(WireError) {
        self.init()
        self.name = try Check.name(name)
    }
}

extension ProtoNameAndGroup {
    init(_ name: String, _ group: String) throws(WireError) {
        self.init()
        self.name = try Check.name(name)
        self.group = try Check.group(group)
    }
}

extension ProtoDeliver {
    init(_ name: String, _ payload: [UInt8], oneWay: Bool) throws(WireError) {
        self.init()
        self.name = try Check.name(name)
        self.payload = Data(payload)
        self.oneWay = oneWay
    }
}

extension ProtoRegister {
    init(_ order: RegistrationOrder) throws(WireError) {
        self.init()
        try Check.count(order.groups.count, atMost: WireLimits.groups, "groups of a worker")
        try Check.count(order.metadata.count, atMost: WireLimits.metadata, "metadata of a worker")
        name = try Check.name(order.name)
        kind = try Check.text(order.kind)
        arguments = Data(order.arguments)
        for group in order.groups { groups.append(try Check.group(group)) }
        for (key, value) in order.metadata.sorted(by: { $0.key < $1.key }) {
            metadataKeys.append(try Check.text(key))
            metadataValues.append(try Check.metadataValue(value))
        }
        localOnly = order.localOnly
    }

    func decoded() throws(WireError) -> RegistrationOrder {
        try Check.count(groups.count, atMost: WireLimits.groups, "groups of a worker")
        for group in groups { try Check.group(group) }
        try Check.count(metadataKeys.count, atMost: WireLimits.metadata, "metadata of a worker")
        try Check.ascending(metadataKeys, "keys of metadata")
        guard metadataKeys.count == metadataValues.count else { throw .malformed("metadata without key or value") }
        var metadata: [String: String] = [:]
        for (key, value) in zip(metadataKeys, metadataValues) {
            metadata[try Check.text(key)] = try Check.metadataValue(value)
        }
        return RegistrationOrder(
            name: try Check.name(name), kind: try Check.text(kind), arguments: [UInt8](arguments), groups: groups,
            metadata: metadata, localOnly: localOnly)
    }
}

extension ProtoUpdateMetadata {
    init(_ name: String, _ metadata: [String: String?]) throws(WireError) {
        self.init()
        self.name = try Check.name(name)
        try Check.count(metadata.count, atMost: WireLimits.metadata, "metadata of a worker")
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            try Check.text(key)
            if let value {
                keys.append(key)
                values.append(try Check.metadataValue(value))
            } else {
                removed.append(key)
            }
        }
    }

    func metadata() throws(WireError) -> [String: String?] {
        try Check.count(keys.count + removed.count, atMost: WireLimits.metadata, "metadata of a worker")
        guard keys.count == values.count else { throw .malformed("metadata without key or value") }
        var metadata: [String: String?] = [:]
        for (key, value) in zip(keys, values) {
            metadata.updateValue(try Check.metadataValue(value), forKey: try Check.text(key))
        }
        for key in removed { metadata.updateValue(nil, forKey: try Check.text(key)) }
        guard metadata.count == keys.count + removed.count else { throw .malformed("a key of metadata twice") }
        return metadata
    }
}

extension ProtoRestart {
    init(_ orders: [OrphanOrder], _ tables: inout TableWriter) throws(WireError) {
        self.init()
        for order in orders { try Check.name(order.name) }
        names = orders.map(\.name)
        births = try ProtoPositions(orders.map(\.birth), &tables)
        seen = try ProtoPositions(orders.map(\.seen), &tables)
    }

    func decoded(_ tables: TableReader) throws(WireError) -> [OrphanOrder] {
        let births = try births.decoded(tables)
        let seen = try seen.decoded(tables)
        guard names.count == births.count, names.count == seen.count else {
            throw .malformed("orphans without name or position")
        }
        var orders: [OrphanOrder] = []
        orders.reserveCapacity(names.count)
        for row in names.indices {
            orders.append(OrphanOrder(name: try Check.name(names[row]), birth: births[row], seen: seen[row]))
        }
        return orders
    }
}
