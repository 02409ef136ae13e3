package import Model
package import Tokens

/// A service's response and the request it belongs to, before it is interpreted.
package struct JournaledResponse: Sendable {
  /// How the response becomes a record.
  package enum Kind: String, Codable, Sendable { case mint, refresh, authorization }

  package let store: String
  package let connection: ConnectionName
  package let id: StoreID
  package let attempt: TokenAttempt
  /// The exchange that the tokens in the store came from at that time: as long as they are still
  /// there, this response follows them.
  package let base: TokenAttempt?
  package let kind: Kind
  package let requested: Set<Scope>
  package let client: ClientIdentity
  package let response: RawResponse

  package init(
    store: String, connection: ConnectionName, id: StoreID, attempt: TokenAttempt,
    base: TokenAttempt?, kind: Kind, requested: Set<Scope>, client: ClientIdentity,
    response: RawResponse
  ) {
    self.store = store
    self.connection = connection
    self.id = id
    self.attempt = attempt
    self.base = base
    self.kind = kind
    self.requested = requested
    self.client = client
    self.response = response
  }
  /// The same response, which replaces other tokens.
  func based(on base: TokenAttempt?) -> JournaledResponse {
    JournaledResponse(
      store: store, connection: connection, id: id, attempt: attempt, base: base, kind: kind,
      requested: requested, client: client, response: response)
  }
}
