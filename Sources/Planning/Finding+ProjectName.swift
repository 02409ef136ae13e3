import Diagnostics
import Model

extension Finding {
  /// The same ciphertexts were applied under another name of the project, for which they are sealed:
  /// nothing changes, and none of them opens. `nil` if there are none.
  static func projectRenamed(_ desired: [DesiredConnection], _ input: PlanningInput) -> Finding? {
    guard let name = input.options.owner?.name else { return nil }
    let closed = desired.compactMap { connection -> (connection: DesiredConnection, was: String)? in
      guard let record = input.snapshot.counterpart(of: connection).applied,
        let was = record.owner?.name, was != name,
        (connection.setup?.sealed ?? [:]).contains(where: { field, message in
          if case .sealed(message.digest, _, _)? = record.fields[field] { true } else { false }
        })
      else { return nil }
      return (connection, was)
    }
    guard
      let first = closed.min(by: {
        ($0.connection.origin.file, $0.connection.name)
          < ($1.connection.origin.file, $1.connection.name)
      })
    else { return nil }
    let count = closed.count == 1 ? "1 connection" : "\(closed.count) connections"
    return Finding(
      .projectRenamed, nil,
      Diagnostic(
        .projectRenamed, "the project was renamed from `\(first.was)` to `\(name)`",
        at: first.connection.origin.nameLocation,
        notes: ["values of \(count) are sealed for `\(first.was)`, so they do not open"],
        help: [
          "seal them again for the new name: vaultctl rename-project \(first.was) \(shellWord(name))",
          "or put the previous name back",
        ]))
  }
}
