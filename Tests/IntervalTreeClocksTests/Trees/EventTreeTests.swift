import Testing

@testable import IntervalTreeClocks

@Suite struct EventTreeTests {
    /// The examples of section 5.2 of the paper.
    @Test func normalForm() throws {
        #expect(EventTree.normalized(2, .leaf(1), .leaf(1)) == .leaf(3))
        let inner = try TreeNotation.events("(2, 1, 0)").tree
        #expect(EventTree.normalized(2, inner, .leaf(3)).description == "(4, (0, 1, 0), 1)")
    }

    /// Fill before grow, and grow where it costs least.
    @Test(arguments: [
        // A leaf of one's own is counted up.
        ("1", "3", "4"),
        ("(1, 0)", "(1, 2, 0)", "(1, 3, 0)"),
        // A tree of one's own becomes its greatest count.
        ("1", "(1, 2, (0, (1, 0, 2), 0))", "4"),
        // A side of one's own is raised to the other one's least count.
        ("(1, 0)", "(1, (0, 1, 0), 1)", "2"),
        ("(1, 0)", "(0, 0, 3)", "3"),
        ("(0, 1)", "(0, 3, 0)", "3"),
        ("(0, 1)", "(0, (2, 0, 1), 0)", "(2, (0, 0, 1), 0)"),
        // What cannot be filled grows: in a leaf that is there rather than in a new one,
        ("((1, 0), (0, 1))", "(0, (0, 1, 0), 0)", "(0, (0, 2, 0), 0)"),
        // and at the least depth.
        ("(((1, 0), 0), (0, 1))", "0", "(0, 0, (0, 0, 1))"),
        ("((1, 0), ((0, 1), 0))", "0", "(0, (0, 1, 0), 0)"),
    ])
    func event(id: String, tree: String, advanced: String) throws {
        let result = try TreeNotation.events(tree).tree.advanced(by: try TreeNotation.id(id).tree)
        #expect(result?.description == advanced)
    }

    /// A comparison and a join of trees that share a part do not walk it, however often it occurs in them.
    @Test func sharedPartsAreNotWalked() throws {
        // 2^200 leaves, 200 objects.
        var tree = EventTree.node(EventTree.Node(0, .leaf(0), .leaf(1)))
        for _ in 0..<200 { tree = .node(EventTree.Node(0, tree, tree)) }
        guard case .node(let node) = tree else {
            Issue.record("not a node")
            return
        }
        let copy = EventTree.node(EventTree.Node(1, node.left, node.right))
        #expect(tree.compare(to: tree) == .equal)
        #expect(tree.compare(to: copy) == .before)
        #expect(tree.joined(with: tree).isIdentical(to: tree))

        // The shared part stands one higher in one of the two.
        let low = EventTree.node(EventTree.Node(0, tree, .leaf(3)))
        let high = EventTree.node(EventTree.Node(1, tree, .leaf(0)))
        for join in [low.joined(with: high), high.joined(with: low)] {
            guard case .node(let root) = join, case .node(let left) = root.left else {
                Issue.record("a join of nodes that differ is a node")
                continue
            }
            #expect(root.base == 1)
            #expect(root.right == .leaf(2))
            #expect(left.base == 0)
            #expect(left.left.isIdentical(to: node.left))
        }
    }
}
