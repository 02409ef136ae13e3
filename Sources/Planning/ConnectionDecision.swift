import Model

/// What a plan does about one connection.
struct ConnectionDecision {
  var change: Change?
  var findings: [Finding] = []
  /// Whether the store has it with an applied record of ours, or will.
  var isManaged = true
}
