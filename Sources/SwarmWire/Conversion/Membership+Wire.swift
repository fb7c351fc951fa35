import SwarmCore

extension ProtoHeartbeat {
    init(_ heartbeat: Heartbeat, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        beat = try Check.counter(heartbeat.beat, "beat")
        queue = try Check.text(heartbeat.queue)
        isReady = heartbeat.isReady
        isDraining = heartbeat.isDraining
        clock = try Check.counter(heartbeat.clock, "clock")
        sequence = try Check.counter(heartbeat.sequence, "sequence")
        digest.sequence = try Check.counter(heartbeat.digest.sequence, "sequence")
        digest.digest = heartbeat.digest.digest
        digest.count = try Check.counter(heartbeat.digest.count, "entries of a digest")
        universe = try tables.universe(heartbeat.universe)
        idBits = heartbeat.idBits
        placement = heartbeat.placement
    }

    func decoded(_ tables: TableReader) throws(WireError) -> Heartbeat {
        Heartbeat(
            beat: try Check.counter(beat, "beat"), queue: try Check.text(queue), isReady: isReady,
            isDraining: isDraining, clock: try Check.counter(clock, "clock"),
            sequence: try Check.counter(sequence, "sequence"),
            digest: DigestNote(
                sequence: try Check.counter(digest.sequence, "sequence"), digest: digest.digest,
                count: try Check.counter(digest.count, "entries of a digest")),
            universe: try tables.optionalUniverse(universe), idBits: idBits, placement: placement)
    }
}

extension ProtoMemberDescription {
    init(_ member: MemberDescription, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        try Check.count(member.kinds.count, atMost: WireLimits.kinds, "kinds of a member")
        try Check.count(member.roles.count, atMost: WireLimits.roles, "roles of a member")
        node = try tables.node(member.node)
        life = try Check.life(member.life)
        for kind in member.kinds { kinds.append(try tables.text(kind)) }
        weight = member.weight
        for role in member.roles { roles.append(try tables.text(role)) }
        isClient = member.isClient
    }

    func decoded(_ tables: TableReader) throws(WireError) -> MemberDescription {
        try Check.count(self.kinds.count, atMost: WireLimits.kinds, "kinds of a member")
        try Check.count(self.roles.count, atMost: WireLimits.roles, "roles of a member")
        var kinds: [String] = []
        for kind in self.kinds { kinds.append(try tables.text(kind)) }
        var roles: [String] = []
        for role in self.roles { roles.append(try tables.text(role)) }
        return MemberDescription(
            node: try tables.node(node), life: try Check.life(life), kinds: kinds, weight: weight, roles: roles,
            isClient: isClient)
    }
}

extension ProtoHello {
    init(_ hello: Hello, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        member = try ProtoMemberDescription(hello.member, &tables)
        queue = try Check.text(hello.queue)
        clock = try Check.counter(hello.clock, "clock")
        isReady = hello.isReady
        universe = try tables.universe(hello.universe)
        wantsView = hello.wantsView
    }

    func decoded(_ tables: TableReader) throws(WireError) -> Hello {
        Hello(
            member: try member.decoded(tables), queue: try Check.text(queue), clock: try Check.counter(clock, "clock"),
            isReady: isReady, universe: try tables.optionalUniverse(universe), wantsView: wantsView)
    }
}

extension ProtoView {
    init(_ view: View, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        try Check.count(view.members.count, atMost: WireLimits.members, "members of a view")
        try Check.count(view.buried.count, atMost: WireLimits.rows, "burials of a view")
        var members: [ProtoViewMember] = []
        for member in view.members { members.append(try ProtoViewMember(member, &tables)) }
        self.members = members
        positions = try ProtoPositions(view.positions, &tables)
        try bury(view.buried, &tables)
        clock = try Check.counter(view.clock, "clock")
        isReady = view.isReady
        universe = try tables.universe(view.universe)
    }

    private mutating func bury(_ burials: [Burial], _ tables: inout TableWriter) throws(WireError) {
        var nodes: [UInt32] = []
        var lives: [UInt32] = []
        for (row, burial) in burials.enumerated() {
            nodes.append(try tables.node(burial.node))
            lives.put(try Check.life(burial.life), row: row)
        }
        buriedNodes = nodes
        buriedLives = lives
        buriedAges = burials.map(\.age)
    }

    func decoded(_ tables: TableReader) throws(WireError) -> View {
        try Check.count(self.members.count, atMost: WireLimits.members, "members of a view")
        try Check.count(buriedNodes.count, atMost: WireLimits.rows, "burials of a view")
        guard buriedLives.count <= buriedNodes.count, buriedAges.count <= buriedNodes.count else {
            throw .malformed("columns of burials of different lengths")
        }
        var members: [ViewMember] = []
        members.reserveCapacity(self.members.count)
        for member in self.members { members.append(try member.decoded(tables)) }
        var buried: [Burial] = []
        buried.reserveCapacity(buriedNodes.count)
        for (row, node) in buriedNodes.enumerated() {
            buried.append(
                Burial(
                    node: try tables.node(node), life: try Check.life(buriedLives.value(row)),
                    age: buriedAges.value(row)))
        }
        return View(
            members: members, positions: try positions.decoded(tables), buried: buried,
            clock: try Check.counter(clock, "clock"), isReady: isReady,
            universe: try tables.optionalUniverse(universe))
    }
}

extension ProtoViewMember {
    init(_ member: ViewMember, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        self.member = try ProtoMemberDescription(member.member, &tables)
        queue = try Check.text(member.queue)
        isReady = member.isReady
    }

    func decoded(_ tables: TableReader) throws(WireError) -> ViewMember {
        ViewMember(member: try member.decoded(tables), queue: try Check.text(queue), isReady: isReady)
    }
}

extension ProtoFarewell {
    init(_ farewell: Farewell) throws(WireError) {
        self.init()
        sequence = try Check.counter(farewell.sequence, "sequence")
    }

    func decoded() throws(WireError) -> Farewell {
        Farewell(sequence: try Check.counter(sequence, "sequence"))
    }
}

extension ProtoProbe {
    init(nonce: UInt64) {
        self.init()
        self.nonce = nonce
    }
}

extension ProtoVerdict {
    init(_ verdict: Verdict, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        node = try tables.node(verdict.node)
        life = try Check.life(verdict.life)
        cause = ProtoVerdictCause(rawValue: Int(verdict.cause.rawValue)) ?? .silent
    }

    func decoded(_ tables: TableReader) throws(WireError) -> Verdict {
        guard cause != .unspecified else { throw .malformed("a verdict without a cause") }
        // A cause that is not known here is still a death.
        let cause = UInt8(exactly: cause.rawValue).flatMap { Verdict.Cause(rawValue: $0) } ?? .silent
        return Verdict(node: try tables.node(node), life: try Check.life(life), cause: cause)
    }
}

extension ProtoReport {
    init(_ report: Report, _ tables: inout TableWriter) throws(WireError) {
        self.init()
        node = try tables.node(report.node)
        life = try Check.life(report.life)
        sequence = try Check.counter(report.sequence, "sequence")
    }

    func decoded(_ tables: TableReader) throws(WireError) -> Report {
        Report(
            node: try tables.node(node), life: try Check.life(life),
            sequence: try Check.counter(sequence, "sequence"))
    }
}

extension ProtoObituary {
    init(_ obituary: Obituary) throws(WireError) {
        self.init()
        life = try Check.life(obituary.life)
        sequence = try Check.counter(obituary.sequence, "sequence")
    }

    func decoded() throws(WireError) -> Obituary {
        Obituary(life: try Check.life(life), sequence: try Check.counter(sequence, "sequence"))
    }
}
