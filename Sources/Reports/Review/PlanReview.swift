package import Model

/// What the comment on a change shows beside its plan: the commits, the readers, the services.
package struct PlanReview: Sendable {
  package struct Commit: Hashable, Sendable {
    /// What the user or the service calls it; `nil` for no name.
    let name: String?
    let id: String

    package init(name: String?, id: String) {
      self.name = name
      self.id = id
    }
  }

  /// The commit that readers and settings are compared with; `nil` for none.
  let base: Commit?
  /// Why there is none although one is named.
  let baseFault: String?
  /// The commit that is checked out, if the project is in git.
  let head: Commit?
  /// Whether this run has a key that can decrypt.
  let hasKey: Bool
  /// Whether any definition of a flow was read.
  let hasFlows: Bool
  /// Those that lose the most first, then by name.
  let readers: [ReviewReader]
  /// Fingerprints of recipients whose keys are unknown here.
  let unknownRecipients: [String]
  /// How many sealed values there are, before (`nil` without a base) and after.
  let secretsBefore: Int?
  let secretsAfter: Int
  /// What the change does to the project file.
  let settings: [SettingDiff]
  let services: [ConnectionName: ReviewService]

  package init(
    base: Commit?, baseFault: String? = nil, head: Commit?, hasKey: Bool, hasFlows: Bool,
    readers: [ReviewReader],
    unknownRecipients: [String] = [], secretsBefore: Int?, secretsAfter: Int,
    settings: [SettingDiff],
    services: [ConnectionName: ReviewService]
  ) {
    self.base = base
    self.baseFault = baseFault
    self.head = head
    self.hasKey = hasKey
    self.hasFlows = hasFlows
    self.readers = readers
    self.unknownRecipients = unknownRecipients
    self.secretsBefore = secretsBefore
    self.secretsAfter = secretsAfter
    self.settings = settings
    self.services = services
  }
}
