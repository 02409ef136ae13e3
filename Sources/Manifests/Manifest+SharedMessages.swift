package import Model

extension Sequence where Element == Manifest {
  /// The fields of each message that is the value of several: it is sealed for one of them, and opens
  /// in no other.
  package var sharedMessages: [[LocatedSealedField]] {
    let all = flatMap { manifest in
      manifest.documents.flatMap { document in
        document.slots.compactMap(document.sealedField)
          .map { (environment: manifest.environment, field: $0) }
      }
    }
    if Set(all.map(\.field.message.digest)).count == all.count { return [] }
    return Dictionary(grouping: all, by: \.field.message.digest).values.compactMap { same in
      // A connection that is declared twice is another fault.
      let isOneField = same.allSatisfy {
        $0.environment == same[0].environment && $0.field.address == same[0].field.address
      }
      return isOneField ? nil : same.map(\.field)
    }
  }
}
