package import ArgumentParser

/// How a command ended; the one place where that becomes an exit code.
package enum Outcome: Hashable, Sendable {
  case fine
  /// Everything was applied to the store.
  case applied
  /// An error; nothing was done.
  case failed
  /// There are changes, and `--detailed-exitcode` asks for a separate code.
  case changes
  /// A finding that the policy or `--fail-on` names.
  case finding
  /// Partly applied.
  case partly
  /// A signal arrived before anything was begun (128 and the number of SIGINT, as shells report it).
  case interrupted
  /// An internal error (`EX_SOFTWARE` of sysexits.h).
  case broken

  /// The outcome if the output was lost.
  package var withoutItsOutput: Outcome {
    switch self {
    case .fine, .failed, .changes, .finding: .failed
    case .applied: .partly
    case .partly, .interrupted, .broken: self
    }
  }

  package var exitCode: ExitCode {
    switch self {
    case .fine, .applied: ExitCode(0)
    case .failed: ExitCode(1)
    case .changes: ExitCode(2)
    case .finding: ExitCode(3)
    case .partly: ExitCode(4)
    case .interrupted: ExitCode(130)
    case .broken: ExitCode(70)
    }
  }
}
