import Diagnostics
import Model

/// A diff for programs.
package enum DiffJSON {
  package static func text(_ report: DiffReport) -> JSONReport {
    let diff = report.diff
    return JSONReport(
      Document(
        connections: diff.connections.map { ConnectionForm($0, names: report.names) },
        settings: diff.settings.map(SettingForm.init), flows: diff.flows.map(SettingForm.init),
        findings: report.findings.map(FindingForm.init)))
  }

  private struct Document: Encodable {
    let connections: [ConnectionForm]
    let settings: [SettingForm]
    let flows: [SettingForm]
    let findings: [FindingForm]
  }

  private struct SettingForm: Encodable {
    let name: String
    let added: [String]
    let removed: [String]

    init(_ setting: SettingDiff) {
      name = setting.name
      added = setting.added
      removed = setting.removed
    }
  }

  private struct ConnectionForm: Encodable {
    let connection: String
    let environment: String?
    let app: String
    let kind: String
    let former_name: String?
    let file: String?
    let line: Int?
    let details: [Detail]

    init(_ diff: ConnectionDiff, names: [String: String]) {
      connection = diff.connection.rawValue
      environment = diff.environment
      app = diff.app.rawValue
      file = diff.location.file
      line = diff.location.range?.start.line
      details = diff.details.map { Detail($0, names) }
      switch diff.kind {
      case .added: (kind, former_name) = ("added", nil)
      case .removed: (kind, former_name) = ("removed", nil)
      case .changed: (kind, former_name) = ("changed", nil)
      case .renamed(let former): (kind, former_name) = ("renamed", former.rawValue)
      }
    }
  }

  private struct Key: Encodable {
    let id: String
    let name: String?
  }

  /// A plan's detail, or one that only a diff has.
  private enum Detail: Encodable {
    case ofPlan(DetailForm)
    case own(OwnForm)

    init(_ detail: DiffDetail, _ names: [String: String]) {
      func keys(_ ids: [String]) -> [Key] { ids.map { Key(id: $0, name: names[$0]) } }
      switch detail {
      case .declared(let detail): self = .ofPlan(DetailForm(detail))
      case .app(let from, let to):
        self = .own(OwnForm(kind: "app", from: from.rawValue, to: to.rawValue))
      case .annotation(let key, let from, let to):
        self = .own(OwnForm(kind: "annotation", name: key, from: from, to: to))
      case .ignored(let added, let removed):
        self = .own(
          OwnForm(
            kind: "ignore", added: added.map(\.rawValue), removed: removed.map(\.rawValue)))
      case .secret(let field, let secret):
        var form = OwnForm(kind: "secret", name: field.rawValue)
        form.gained = keys(secret.gained)
        form.lost = keys(secret.lost)
        form.change = secret.value.word
        if case .moved(let home) = secret.value {
          form.moved_from = OwnForm.Home(
            connection: home.connection.rawValue, field: home.field.rawValue)
        }
        self = .own(form)
      }
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .ofPlan(let form): try form.encode(to: encoder)
      case .own(let form): try form.encode(to: encoder)
      }
    }
  }

  private struct OwnForm: Encodable {
    struct Home: Encodable {
      let connection: String
      let field: String
    }

    let kind: String
    var name: String?
    var from: String?
    var to: String?
    var added: [String]?
    var removed: [String]?
    var change: String?
    var moved_from: Home?
    var gained: [Key]?
    var lost: [Key]?
  }
}

extension SecretDiff.Value {
  fileprivate var word: String {
    switch self {
    case .set: "set"
    case .removed: "removed"
    case .rotated: "rotated"
    case .reencrypted: "reencrypted"
    case .changed: "changed"
    case .moved: "moved"
    }
  }
}
