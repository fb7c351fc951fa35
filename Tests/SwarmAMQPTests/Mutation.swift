/// A mutating call within an expectation, whose macro only takes constants.
func on<Value, Result>(_ value: inout Value, _ body: (inout Value) -> Result) -> Result { body(&value) }
