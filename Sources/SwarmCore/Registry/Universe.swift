/// The lineage of one interval-tree-clock seed. Of two that meet, the higher one is adopted.
package struct Universe: Hashable, Comparable, Sendable {
    /// Grows when the ids of a universe have become too deep and a fresh one is seeded.
    package let generation: UInt32
    package let id: UInt64

    /// A larger generation than this is a damaged or hostile frame: no cluster reseeds a million times.
    package static let generationLimit: UInt32 = 1 << 20

    package init(generation: UInt32, id: UInt64) {
        self.generation = generation
        self.id = id
    }

    package static func < (left: Universe, right: Universe) -> Bool {
        left.generation == right.generation ? left.id < right.id : left.generation < right.generation
    }
}
