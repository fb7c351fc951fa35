extension [PlacementCandidate] {
    /// Sorted by the bytes of the names; of one name the first counts; without those of weight 0.
    ///
    /// Placement has to be the same everywhere, so it does not lean on the order of its input, nor on that of `String`,
    /// which comes with the version of Unicode.
    func canonical() -> [PlacementCandidate] {
        let sorted = enumerated().filter { $0.element.weight > 0 }.sorted { left, right in
            if left.element.name.utf8.lexicographicallyPrecedes(right.element.name.utf8) { return true }
            if right.element.name.utf8.lexicographicallyPrecedes(left.element.name.utf8) { return false }
            return left.offset < right.offset
        }
        var result: [PlacementCandidate] = []
        result.reserveCapacity(sorted.count)
        for (_, candidate) in sorted {
            if let last = result.last, last.name.utf8.elementsEqual(candidate.name.utf8) { continue }
            result.append(candidate)
        }
        return result
    }
}
