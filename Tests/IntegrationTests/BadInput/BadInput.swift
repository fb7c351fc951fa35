import Testing

/// What goes wrong around a node: each gives an error that says what to do next, or is counted and dropped, and the node
/// lives on.
@Suite(.serialized, .timeLimit(.minutes(5))) enum BadInput {}
