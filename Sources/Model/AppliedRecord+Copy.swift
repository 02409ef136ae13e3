extension AppliedRecord {
  /// Whether it is the record of the same connection in another store: only what a store gives by itself
  /// (ids, versions, digests under its key) and the owner may differ.
  ///
  /// - Parameter ignored: fields that are not compared.
  package func isCopy(of other: AppliedRecord, ignoring ignored: Set<FieldName> = []) -> Bool {
    provenance == other.provenance && isEquivalent(to: other, ignoring: ignored)
  }

  /// Whether it says the same as a record in another store, whether or not the same person wrote both.
  package func isEquivalent(
    to other: AppliedRecord, ignoring ignored: Set<FieldName> = []
  ) -> Bool {
    withoutStore(ignored, provenance) == other.withoutStore(ignored, provenance)
  }

  private func withoutStore(
    _ ignored: Set<FieldName>, _ provenance: Provenance
  ) -> AppliedRecord {
    AppliedRecord(
      owner: nil, storeID: "", version: "", app: app, setupType: setupType,
      fields: fields.filter { !ignored.contains($0.key) }.mapValues { field in
        guard case .sealed(let ciphertext, _, _) = field else { return field }
        return .sealed(ciphertext: ciphertext, value: nil, version: nil)
      },
      labels: labels, scopes: scopes, destinations: destinations,
      preventsDestroy: preventsDestroy, provenance: provenance)
  }
}
