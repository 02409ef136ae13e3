import Diagnostics
import Model
import Planning
import Reports

/// Builds what the page shows of each connection of one environment.
struct PageConnectionBuilder {
  private let view: PageView
  private let number: Int
  /// By the ids of their keys.
  private let people: [String: Int]
  private let desired: [ConnectionName: DesiredConnection]
  private let index: FlowIndex

  init(_ view: PageView, number: Int, people: [String: Int]) {
    self.view = view
    self.number = number
    self.people = people
    desired = Dictionary(view.desired.map { ($0.name, $0) }) { first, _ in first }
    index = FlowIndex(
      view.flows, desired: view.desired, snapshot: view.snapshot, catalog: view.catalog)
  }

  func connections() -> [PageConnection] { view.rows.map(connection) }

  private func connection(_ row: StatusRow) -> PageConnection {
    let declared = desired[row.name]
    let counterpart = declared.map { view.snapshot.counterpart(of: $0) }
    let name = counterpart?.name ?? row.name
    let actual = counterpart?.actual ?? view.snapshot.actual[name]
    let record =
      counterpart?.applied ?? view.snapshot.applied[name] ?? view.snapshot.foreign[name]
    let location = declared?.origin.nameLocation
    return PageConnection(
      env: number, name: row.name.rawValue, app: row.app.rawValue,
      appName: view.catalog[row.app]?.name ?? row.app.rawValue, state: PageState(row),
      reason: reason(row), owner: owner(of: row, declared, record),
      labels: declared?.labels ?? actual?.labels ?? [:],
      annotations: declared?.annotations ?? [:],
      setup: declared.map { $0.setup?.type.rawValue } ?? actual?.setupType?.rawValue,
      file: location?.file, line: location?.range?.start.line,
      revision: declared?.revision,
      fields: declared.map(fields) ?? actual.map(storedFields) ?? [],
      destinations: (declared?.destinations ?? record?.destinations ?? []).sorted()
        .map(\.summary),
      scopes: PageConnection.Scopes(
        declared: declared?.scopes.map(texts), granted: actual?.grantedScopes.map(texts),
        required: declared.map { texts(index.requirements(of: $0).keys) }),
      expiry: row.tokens.map(PageConnection.Expiry.init),
      version: row.version?.rawValue, updatedAt: row.updatedAt?.description,
      applied: record.map { PageConnection.Applied($0.provenance) },
      history: view.events[name].map { $0.map(PageConnection.Event.init) },
      uses: index.uses(of: row.name))
  }

  private func texts(_ scopes: some Sequence<Scope>) -> [String] {
    scopes.sorted().map(\.rawValue)
  }

  private func reason(_ row: StatusRow) -> String? {
    if !row.missing.isEmpty {
      return "no \(row.missing.map(\.rawValue).joined(separator: ", "))"
    }
    return row.tokens?.state.reason
  }

  /// As annotations and labels commonly name it; of another project's connection, that project.
  private func owner(
    of row: StatusRow, _ declared: DesiredConnection?, _ record: AppliedRecord?
  ) -> String? {
    guard let declared else {
      return view.snapshot.foreign[row.name] == nil ? nil : record?.owner?.description
    }
    return declared.annotations["owner"] ?? declared.labels["owner"] ?? declared.labels["team"]
  }

  /// The setup's fields in the catalog's order, then others by name.
  private func fields(_ connection: DesiredConnection) -> [PageConnection.Field] {
    let shape = view.catalog.shape(of: connection)
    let given = connection.setup?.fields ?? [:]
    let known = shape?.fields ?? []
    let others = Set(given.keys).subtracting(known.map(\.name)).sorted()
    return known.map { field($0.name, given[$0.name], isRequired: $0.isRequired) }
      + others.map { field($0, given[$0], isRequired: false) }
  }

  private func field(
    _ name: FieldName, _ value: FieldValue?, isRequired: Bool
  ) -> PageConnection.Field {
    switch value {
    case nil:
      PageConnection.Field(name: name.rawValue, kind: .missing, required: isRequired)
    case .plain(let value):
      PageConnection.Field(
        name: name.rawValue, kind: .plain, required: isRequired, value: value.text)
    case .sealed(let message):
      PageConnection.Field(
        name: name.rawValue, kind: .sealed, required: isRequired,
        to: Set(message.keyIDs.compactMap { people[$0] }).sorted())
    }
  }

  private func storedFields(_ connection: ActualConnection) -> [PageConnection.Field] {
    connection.fields.sorted { $0.key < $1.key }.map { name, value in
      switch value {
      case .plain(let value):
        PageConnection.Field(
          name: name.rawValue, kind: .plain, required: false, value: value.text)
      case .secret: PageConnection.Field(name: name.rawValue, kind: .stored, required: false)
      }
    }
  }
}
