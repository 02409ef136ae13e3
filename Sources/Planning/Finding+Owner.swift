import Diagnostics
import Model

extension Finding {
  /// A declared connection that another project or environment applied.
  static func ownedByOther(
    _ connection: DesiredConnection, _ record: AppliedRecord, _ owner: Owner?
  ) -> Finding {
    let provenance = record.provenance
    var help = [
      "declare it in one of them only, or give one of them another store prefix or name"
    ]
    if let other = record.owner, let owner, other.project == owner.project,
      let was = other.environment, owner.environment != nil
    {
      help.append("if environment `\(was)` was renamed to this one: add `id: \(was)` to it")
    }
    return Finding(
      .foreign, connection.name,
      Diagnostic(
        .foreignConnection, "`\(connection.name)` belongs to another owner",
        at: connection.origin.nameLocation,
        notes: [
          record.owner.map {
            "it was applied by \($0), last by \(provenance.who) at \(provenance.at)"
          },
          owner.map { "this is \($0)" },
        ].compactMap { $0 },
        help: help))
  }

  /// One finding for all unclaimed connections: one command claims them all.
  static func joiningUnclaimed(_ findings: [Finding], store: String) -> [Finding] {
    let unclaimed = findings.filter { $0.diagnostic.code == .unclaimedRecord }
    guard unclaimed.count > 1,
      let first = unclaimed.map(\.diagnostic).min(by: Diagnostic.inReadingOrder)
    else { return findings }
    let joined = Diagnostic(
      .unclaimedRecord, "\(unclaimed.count) connections were applied before records had owners",
      at: first.location, notes: first.notes, help: first.help)
    return findings.filter { $0.diagnostic.code != .unclaimedRecord }
      + [Finding(.foreign, nil, joined)]
  }

  /// A declared connection whose record names no owner.
  static func unclaimed(_ connection: DesiredConnection, store: String) -> Finding {
    Finding(
      .foreign, connection.name,
      Diagnostic(
        .unclaimedRecord, "`\(connection.name)` was applied before records had owners",
        at: connection.origin.nameLocation,
        notes: ["\(store) may be shared, so its records are not taken over without being asked"],
        help: ["claim what this project declares: vaultctl upgrade"]))
  }
}
