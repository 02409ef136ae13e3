extension AppliedRecord {
  /// Whether it says the same as the record of the same connection in another store: only what a store
  /// gives by itself (ids, versions, digests under its key) and the owner may differ.
  package func isCopy(of other: AppliedRecord) -> Bool {
    withoutStore == other.withoutStore
  }

  private var withoutStore: AppliedRecord {
    owned(by: nil).moved(
      to: "", at: "",
      fields: fields.mapValues { field in
        guard case .sealed(let ciphertext, _, _) = field else { return field }
        return .sealed(ciphertext: ciphertext, value: nil, version: nil)
      })
  }
}
