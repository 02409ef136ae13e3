import Diagnostics
package import Model

/// The validated contents of `vaultctl.yaml`. Fingerprints are still texts: only a keyring can
/// resolve them.
package struct Project: Hashable, Sendable {
  package static let fileName = "vaultctl.yaml"

  package let name: String
  /// `nil` in a file that was written before projects had ids.
  package let id: ProjectID?
  /// Files or folders, relative to the project's root.
  package let manifests: [LocatedText]
  package let recipientRules: [RecipientRule]
  /// `nil` if the file names none.
  package let store: StoreSettings?
  package let failOn: Set<FindingKind>
  package let signing: Signing
  /// Includes the project's own apps.
  package let catalog: Catalog
  /// In the file's order.
  package let environments: [Environment]
  /// Globs of flow definitions, relative to the root.
  package let flows: [PathPattern]
  /// When tokens are due.
  package let renewal: RenewalRule
  /// Where responses with tokens are kept until these are saved.
  package let tokenJournal: TokenJournal
  /// A file (PEM) of certificate authorities that are trusted besides those of the machine; absolute, or
  /// relative to the root.
  package let authorities: String?

  package init(
    name: String, id: ProjectID? = nil, manifests: [LocatedText], recipientRules: [RecipientRule],
    store: StoreSettings? = nil, failOn: Set<FindingKind>, signing: Signing, catalog: Catalog,
    environments: [Environment] = [], flows: [PathPattern] = [],
    renewal: RenewalRule = .standard, tokenJournal: TokenJournal = .disk,
    authorities: String? = nil
  ) {
    self.name = name
    self.id = id
    self.manifests = manifests
    self.recipientRules = recipientRules
    self.store = store
    self.failOn = failOn
    self.signing = signing
    self.catalog = catalog
    self.environments = environments
    self.flows = flows
    self.renewal = renewal
    self.tokenJournal = tokenJournal
    self.authorities = authorities
  }

  /// The same project under another name.
  package func renamed(to name: String) -> Project {
    Project(
      name: name, id: id, manifests: manifests, recipientRules: recipientRules, store: store,
      failOn: failOn, signing: signing, catalog: catalog, environments: environments, flows: flows,
      renewal: renewal, tokenJournal: tokenJournal, authorities: authorities)
  }
}

/// Whether sealed values must carry a signature, and whose.
package enum Signing: Hashable, Sendable {
  case optional
  case required(signers: [LocatedText])
}
