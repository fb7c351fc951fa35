import DequeModule

/// The last `limit` different elements that were added; the oldest go first.
package struct RecentSet<Element: Hashable & Sendable>: Sendable {
    private var elements: Set<Element> = []
    private var order: Deque<Element> = []
    private let limit: Int

    package init(limit: Int) { self.limit = limit }

    package mutating func add(_ element: Element) {
        guard elements.insert(element).inserted else { return }
        order.append(element)
        if order.count > limit { elements.remove(order.removeFirst()) }
    }

    package func contains(_ element: Element) -> Bool { elements.contains(element) }
}
