import Model

/// What a plan does about one connection.
struct ConnectionDecision {
  var change: Change?
  var findings: [Finding] = []
  /// Whether the store has it with our applied record, or will.
  var isManaged = true
}
