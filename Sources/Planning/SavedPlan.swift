package import Diagnostics
package import FoundationEssentials
package import Model

/// A plan as it was approved, with its basis and without a secret.
///
/// An apply of it does exactly what it says, or refuses if its basis has changed. The same input
/// gives the same text: no time is in it.
package struct SavedPlan: Hashable, Sendable, Codable {
  package static let kind = "vaultctl-plan"
  /// A reader accepts every minor version of its own major version.
  package static let formatVersion = "3.0"

  package let kind: String
  package let formatVersion: String
  package let toolVersion: String
  package let project: String
  /// `nil`: the base alone.
  package let environment: String?
  /// Where the plan is applied to, and nowhere else.
  package let store: StoreIdentity
  /// The commit checked out at the time, if the project is in git.
  package let commit: String?
  /// The files that were read.
  package let manifests: [String]
  package let plan: Plan
  package let basis: PlanBasis

  package init(
    _ plan: Plan, basis: PlanBasis, project: String, environment: String?, store: StoreIdentity,
    manifests: [String], toolVersion: String, commit: String?
  ) {
    kind = Self.kind
    formatVersion = Self.formatVersion
    self.toolVersion = toolVersion
    self.project = project
    self.environment = environment
    self.store = store
    self.commit = commit
    self.manifests = manifests
    self.plan = plan
    self.basis = basis
  }

  /// Whether each change has its basis.
  private var isWhole: Bool { basis.connections.map(\.name) == plan.changes.map(\.connection) }

  /// JSON with sorted keys.
  package func text() throws -> String {
    try canonicalJSON(self, isPretty: true) + "\n"
  }

  /// Whether a file is a saved plan of any version, even if it is damaged after its head.
  package static func isPlan(_ bytes: Data) -> Bool { Head(bytes) != nil }

  /// What plans of all versions have.
  private struct Head: Decodable {
    let kind: String
    let formatVersion: String
    let toolVersion: String

    init?(_ bytes: Data) {
      guard let head = try? JSONDecoder().decode(Head.self, from: bytes),
        head.kind == SavedPlan.kind
      else { return nil }
      self = head
    }
  }

  /// - Throws: `notAPlan`, if the text is no plan, or one of another format.
  package init(reading bytes: Data, from file: String) throws(Diagnostic) {
    guard let head = Head(bytes) else { throw .noSavedPlan(file) }
    func major(_ version: String) -> Substring { version.prefix { $0 != "." } }
    guard major(head.formatVersion) == major(Self.formatVersion) else {
      throw .notAPlan(
        file,
        "its format is \(head.formatVersion), written by vaultctl \(head.toolVersion); this version reads"
          + " \(Self.formatVersion)")
    }
    guard let plan = try? JSONDecoder().decode(SavedPlan.self, from: bytes), plan.isWhole else {
      throw .notAPlan(file, "it is damaged")
    }
    self = plan
  }
}

extension Diagnostic {
  /// Its help does not name the file: whatever it is, a plan must not replace it.
  fileprivate static func noSavedPlan(_ file: String) -> Diagnostic {
    Diagnostic(
      .notAPlan, "`\(file)` is not a saved plan", at: .file(file),
      help: ["save one first: vaultctl plan --out it.plan"])
  }

  fileprivate static func notAPlan(_ file: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      .notAPlan, "`\(file)` is not a usable plan", at: .file(file), notes: [reason],
      help: ["create it again: vaultctl plan --out \(file)"])
  }
}
