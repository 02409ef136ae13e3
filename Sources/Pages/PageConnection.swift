import Model
import Reports

/// A connection as the page shows it; a secret is only that it is there, and who it is addressed to.
struct PageConnection: Encodable, Sendable {
  /// The environment's number.
  let env: Int
  let name: String
  let app: String
  let appName: String
  let state: PageState
  /// What the state's name does not say.
  let reason: String?
  let owner: String?
  let labels: [String: String]
  let annotations: [String: String]
  /// `nil` if it is empty, or not declared and without one in the store.
  let setup: String?
  /// The manifest, and the line of the name in it.
  let file: String?
  let line: Int?
  /// Of its declaration, as ``DesiredConnection/revision``; `nil` if it is not declared.
  let revision: String?
  let fields: [Field]
  let destinations: [String]
  let scopes: Scopes
  let expiry: Expiry?
  let version: String?
  let updatedAt: String?
  let applied: Applied?
  /// `nil` if the store's log was not read.
  let history: [Event]?
  let uses: [FlowUse]

  struct Field: Encodable {
    enum Kind: String, Encodable {
      /// A value that everybody may see.
      case plain
      /// A sealed value in the manifest.
      case sealed
      /// A secret that only the store has.
      case stored
      case missing
    }

    let name: String
    let kind: Kind
    let required: Bool
    /// Of a plain field alone.
    var value: String?
    /// The numbers of the people that a sealed value is addressed to.
    var to: [Int]?
  }

  /// Each is `nil` if it is not known.
  struct Scopes: Encodable {
    let declared: [String]?
    let granted: [String]?
    /// By the actions of flows.
    let required: [String]?
  }

  struct Expiry: Encodable {
    let at: String?
    /// When it stops working even if renewed.
    let forGood: String?
    let verifiedAt: String?
    /// Without a person.
    let renews: Bool

    init(_ tokens: StatusRow.Tokens) {
      at = tokens.endsAt?.description
      forGood = tokens.endsForGood?.description
      verifiedAt = tokens.verifiedAt?.description
      renews = tokens.isRecoverable
    }
  }

  struct Applied: Encodable {
    let at: String
    let who: String
    let tool: String
    let commit: String?

    init(_ provenance: Provenance) {
      at = provenance.at.description
      who = provenance.who
      tool = provenance.toolVersion
      commit = provenance.commit
    }
  }

  struct Event: Encodable {
    let at: String
    let who: String
    let what: String
    let commit: String?

    init(_ event: StoreEvent) {
      at = event.at.description
      who = event.who
      what = event.kind.stored
      commit = event.commit
    }
  }
}
