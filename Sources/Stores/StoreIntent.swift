package import Model

/// What a run intends to do to one connection.
package struct StoreIntent: Hashable, Sendable {
  package let connection: ConnectionName
  package let action: StoreWrite.Action
  /// The record that a create will leave, but for the store's id and version and the values'
  /// digests, which are not known yet; `nil` for everything else.
  package let draft: AppliedRecord?

  package init(
    _ connection: ConnectionName, _ action: StoreWrite.Action, draft: AppliedRecord? = nil
  ) {
    self.connection = connection
    self.action = action
    self.draft = draft
  }
}
