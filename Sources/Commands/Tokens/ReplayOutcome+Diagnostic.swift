import Diagnostics
import Renewing

extension ReplayOutcome {
  var diagnostic: Diagnostic? {
    switch self {
    case .cleared: nil
    case .saved(let name):
      Diagnostic(
        .answerUnsaved, "tokens of `\(name)` that a killed run left in the journal were saved",
        severity: .info)
    case .refused(let name, let reason):
      Diagnostic(
        .renewalFailed, "a killed run had asked for tokens of `\(name)` and was refused",
        severity: .info, notes: [reason])
    case .retained(let name, let reason):
      Diagnostic(
        .answerUnsaved, "tokens of `\(name)` are still in the journal alone", severity: .warning,
        notes: [reason])
    case .unreadable(let file):
      Diagnostic(
        .answerUnsaved, "`\(file)` cannot be read", severity: .warning,
        notes: ["it was an answer with tokens; it is damaged, or another project's store wrote it"])
    }
  }
}
