import Diagnostics
package import Model

extension Finding {
  static func inReadingOrder(_ left: Finding, _ right: Finding) -> Bool {
    if Diagnostic.inReadingOrder(left.diagnostic, right.diagnostic) { return true }
    if Diagnostic.inReadingOrder(right.diagnostic, left.diagnostic) { return false }
    return (left.connection?.rawValue ?? "") < (right.connection?.rawValue ?? "")
  }

  /// `nil` for a connection that has all that its setup requires.
  ///
  /// An ignored field counts as present if the store has it.
  static func empty(
    _ connection: DesiredConnection, actual: ActualConnection?, catalog: Catalog,
    blocked: [FlowUse] = []
  ) -> Finding? {
    guard catalog.shape(of: connection) != nil else { return nil }
    if actual?.unseen == .setup, connection.setup?.fields.isEmpty ?? true {
      return .setupUnknown(connection)
    }
    let ignored = connection.ignoredFields.filter { actual?.fields[$0] != nil }
    return empty(connection, held: ignored, catalog: catalog, blocked: blocked)
  }

  /// - Parameter ignored: the ignored fields that the store has.
  package static func empty(
    _ connection: DesiredConnection, held ignored: Set<FieldName>, catalog: Catalog,
    blocked: [FlowUse] = []
  ) -> Finding? {
    guard let shape = catalog.shape(of: connection) else { return nil }
    let declared = (connection.setup?.fields ?? [:]).keys
    // Nearly all connections ignore nothing, and need no other set.
    let (missing, lacksCredential) =
      ignored.isEmpty
      ? (shape.missing(from: declared), shape.lacksCredential(declared))
      : (
        shape.missing(from: ignored.union(declared)),
        shape.lacksCredential(ignored.union(declared))
      )
    if connection.setup != nil, missing.isEmpty, !lacksCredential { return nil }
    let fields = missing.map { "`\($0)`" }.joined(separator: ", ")
    let first =
      missing.first ?? (lacksCredential ? shape.fields.first(where: \.isSecret)?.name : nil)
    let command = first.map { "vaultctl set \(shellWord(connection.name.rawValue)) \($0)" }
    return Finding(
      .empty, connection.name,
      Diagnostic(
        .emptyConnection, "connection `\(connection.name)` is empty", severity: .warning,
        at: connection.origin.setupLocation,
        label: missing.isEmpty
          ? connection.setup == nil ? "no setup" : "no credential" : "missing \(fields)",
        notes: ["it can be created, but no flow can use it until its credentials are added"]
          + blocked.map { "it blocks flow `\($0.flow)`: \($0.actions.joined(separator: ", "))" },
        help: command.map { ["add them: \($0)"] } ?? []))
  }

  /// The store writes a setup only as a whole, and has another's: a part of one can neither be added to it
  /// nor replace it.
  static func setupIncomplete(
    _ connection: DesiredConnection, _ shape: SetupShape?, store: String
  ) -> Finding {
    let missing = shape?.missing(from: (connection.setup?.fields ?? [:]).keys) ?? []
    let name = shellWord(connection.name.rawValue)
    return Finding(
      .conflict, connection.name,
      Diagnostic(
        .setupIncomplete,
        "the setup of `\(connection.name)` is incomplete, and the store has another one",
        severity: .warning, at: connection.origin.setupLocation,
        label: "missing \(missing.map { "`\($0)`" }.joined(separator: ", "))",
        notes: [
          "\(store) does not return setups and writes them only as a whole",
          "`\(connection.name)` is left unchanged",
        ],
        help: missing.prefix(1).map { "add what is missing: vaultctl set \(name) \($0)" }))
  }

  /// An authorization code is good for one exchange. To write it again would destroy the authorization
  /// that a person gave in the store, and give none.
  static func authorizedThere(_ connection: DesiredConnection) -> Finding {
    Finding(
      .drift, connection.name,
      Diagnostic(
        .drift, "`\(connection.name)` was changed or authorized in the store, outside git",
        severity: .warning, at: connection.origin.nameLocation,
        notes: ["its authorization code cannot be used twice, so the store's setup is kept"],
        help: ["to replace the authorization, set a new code, then: vaultctl apply"]))
  }

  /// For a connection imported from a store that does not show setups.
  private static func setupUnknown(_ connection: DesiredConnection) -> Finding {
    Finding(
      .unmanaged, connection.name,
      Diagnostic(
        .secretUnknown, "the setup of `\(connection.name)` exists only in the store",
        severity: .info,
        at: connection.origin.setupLocation,
        notes: ["the store does not return it; it is left unchanged until the manifest has one"]))
  }

  /// Scopes that are declared and not granted, with the actions that fail without them, and scopes
  /// that are granted and not declared. ``FlowIndex`` finds scopes that flows need and no manifest
  /// declares.
  static func scopeDrift(
    _ connection: DesiredConnection, granted: Set<Scope>?, rules: ScopeRules,
    _ tokens: TokenPlanner?, required: [Scope: String]
  ) -> [Finding] {
    guard let declared = connection.scopes else {
      return undeclaredGrant(connection, granted ?? []).map { [$0] } ?? []
    }
    let name = connection.name
    func finding(_ code: DiagnosticCode, _ message: String, _ notes: [String]) -> Finding {
      let command =
        ["vaultctl scopes record", shellWord(name.rawValue)] + declared.sorted().map { "'\($0)'" }
      let recording =
        "authorize the connection for the declared scopes, then record the grant: "
        + command.joined(separator: " ")
      // What vaultctl obtains itself has its grant recorded by that.
      let remedy = tokens?.authorizing ?? recording
      return Finding(
        .scopeDrift, name,
        Diagnostic(
          code, message, severity: .warning, at: connection.origin.scopesLocation, notes: notes,
          help: [remedy]))
    }
    var findings: [Finding] = []
    let missing = rules.missing(declared, from: granted ?? [])
    if !missing.isEmpty {
      findings.append(
        finding(
          .scopeMissing,
          granted == nil
            ? "no grant is recorded for `\(name)`, which declares \(quoted(missing))"
            : "`\(name)` was not granted \(quoted(missing))",
          missing.compactMap { scope in required[scope].map { "without `\(scope)`, \($0)" } }))
    }
    let extra = rules.extra(granted ?? [], beyond: declared)
    if !extra.isEmpty {
      findings.append(
        finding(
          .scopeExtra, "`\(name)` was granted \(quoted(extra)), which is not declared",
          ["it has more access than its manifest declares"]))
    }
    return findings
  }

  /// Scopes of a connection whose manifest mentions none, so that nobody reviewed them.
  private static func undeclaredGrant(
    _ connection: DesiredConnection, _ granted: Set<Scope>
  ) -> Finding? {
    if granted.isEmpty { return nil }
    let list = granted.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    return Finding(
      .scopeDrift, connection.name,
      Diagnostic(
        .scopeExtra,
        "`\(connection.name)` was granted \(quoted(granted.sorted())), and declares no scopes",
        severity: .warning, at: connection.origin.nameLocation,
        notes: ["it has more access than its manifest declares"],
        help: ["declare what its flows need, for example: scopes: [\(list)]"]))
  }

  static func drift(_ connection: DesiredConnection, _ parts: [DivergentPart]) -> Finding {
    Finding(
      .drift, connection.name,
      Diagnostic(
        .drift, "`\(connection.name)` has drifted: it was changed in the store, outside git",
        severity: .warning,
        at: connection.origin.nameLocation,
        notes: ["changed in the store: \(listed(parts))"],
        help: [
          "the next apply restores the declared values; to keep the change, copy it into the manifest"
        ]))
  }

  static func conflict(
    _ connection: DesiredConnection, here: [DivergentPart], there: [DivergentPart]
  ) -> Finding {
    Finding(
      .conflict, connection.name,
      Diagnostic(
        .conflict,
        "conflict: `\(connection.name)` was changed both in its manifest and in the store",
        severity: .warning, at: connection.origin.nameLocation,
        notes: [
          "changed in the manifest: \(listed(here))",
          "changed in the store: \(listed(there))",
        ],
        help: ["review both changes, then overwrite the store: vaultctl apply --force-conflicts"]))
  }

  /// - Parameter keyOwners: by key id.
  static func undecided(
    _ connection: DesiredConnection, _ fields: [FieldName], keyOwners: [String: String]
  ) -> Finding {
    let ids = Set(fields.flatMap { connection.setup?.sealed[$0]?.keyIDs ?? [] })
    let owners = Set(ids.map { keyOwners[$0] ?? $0 }).sorted()
    return Finding(
      .undecided, connection.name,
      Diagnostic(
        .undecided,
        "cannot determine whether \(fields.map { "`\($0)`" }.joined(separator: ", ")) of"
          + " `\(connection.name)` changed",
        severity: .info,
        at: fields.first.map(connection.origin.location) ?? connection.origin.nameLocation,
        notes: [
          "it was sealed again, and none of its keys is available here: \(owners.joined(separator: ", "))"
        ],
        help: ["run plan where one of these keys is available"]))
  }

  static func adoptable(_ connection: DesiredConnection) -> Finding {
    Finding(
      .unmanaged, connection.name,
      Diagnostic(
        .adoptable,
        "`\(connection.name)` already exists in the store, and vaultctl did not create it",
        severity: .warning, at: connection.origin.nameLocation,
        notes: ["it is left unchanged"],
        help: ["take it over and set it to the declared values: vaultctl apply --adopt"]))
  }

  /// A store can change a connection's name, or replace it by another app's; not both at once.
  static func renamedWithAnotherApp(
    _ connection: DesiredConnection, from former: ConnectionName
  ) -> Finding {
    Finding(
      .conflict, connection.name,
      Diagnostic(
        .renameBlocked,
        "`\(former)` cannot be renamed to `\(connection.name)`, which has a different app",
        at: connection.origin.appLocation,
        notes: ["a store cannot change a connection's app, so a rename is not possible"],
        help: ["change the app back, or remove `metadata.renamedFrom` to create a new connection"]))
  }

  static func renamedUnmanaged(
    _ connection: DesiredConnection, from former: ConnectionName
  ) -> Finding {
    Finding(
      .conflict, connection.name,
      Diagnostic(
        .renameBlocked,
        "`\(former)` is not managed by vaultctl and cannot be renamed to `\(connection.name)`",
        at: connection.origin.nameLocation,
        notes: ["it exists in the store, and vaultctl did not create it"],
        help: ["declare it as `\(former)`, take it over (apply --adopt), then rename it"]))
  }

  static func missingInStore(_ connection: DesiredConnection, store: String) -> Finding {
    Finding(
      .drift, connection.name,
      Diagnostic(
        .missingInStore, "`\(connection.name)` was applied, and is missing from \(store)",
        severity: .warning, at: connection.origin.nameLocation,
        help: ["the next apply creates it again; to give it up, remove its manifest"]))
  }

  static func destroyPrevented(_ connection: DesiredConnection) -> Finding {
    Finding(
      .preventDestroy, connection.name,
      Diagnostic(
        .destroyPrevented, "`\(connection.name)` would be replaced, which is prevented",
        at: connection.origin.appLocation,
        notes: [
          "a store cannot change a connection's app, and its manifest"
            + (connection.preventsDestroy ? "" : ", as last applied,") + " sets `preventDestroy`"
        ],
        help: [
          "change the app back; to replace it, apply `spec.lifecycle.preventDestroy: false` first"
        ]))
  }

  /// `preventDestroy` outlives the manifest that set it.
  static func deletionPrevented(_ name: ConnectionName, store: String) -> Finding {
    Finding(
      .preventDestroy, name,
      Diagnostic(
        .destroyPrevented, "`\(name)` is no longer declared, but its deletion is prevented",
        at: .connection(name.rawValue, store: store),
        notes: [
          "its last manifest set `preventDestroy`; removing the manifest does not lift that"
        ],
        help: [
          "restore the manifest with `spec.lifecycle.preventDestroy: false`, apply, then"
            + " remove it"
        ]))
  }

  static func orphaned(_ name: ConnectionName, store: String) -> Finding {
    Finding(
      .orphaned, name,
      Diagnostic(
        .orphaned, "`\(name)` is no longer declared", severity: .warning,
        at: .connection(name.rawValue, store: store),
        notes: ["vaultctl created it, and it is still in the store"],
        help: ["delete it: vaultctl apply --prune"]))
  }

  static func unmanaged(_ name: ConnectionName, store: String) -> Finding {
    Finding(
      .unmanaged, name,
      Diagnostic(
        .unmanaged, "`\(name)` exists in the store and is not declared", severity: .info,
        at: .connection(name.rawValue, store: store)))
  }
}

private func listed(_ parts: [DivergentPart]) -> String {
  parts.map(\.summary).joined(separator: ", ")
}

private func quoted(_ scopes: [Scope]) -> String {
  scopes.map { "`\($0)`" }.joined(separator: ", ")
}
