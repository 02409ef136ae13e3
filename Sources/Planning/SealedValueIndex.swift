import Model

/// The fields that hold each message in one state of a project.
package struct SealedValueIndex {
  private var addresses: [CiphertextDigest: Set<FieldAddress>] = [:]

  package init(_ project: DeclaredProject) {
    for connection in project.connections.values.joined() {
      for (field, message) in connection.setup?.sealed ?? [:] {
        addresses[message.digest, default: []].insert(FieldAddress(connection.name, field))
      }
    }
  }

  /// Whether a project has messages that this state has in no field.
  package func lacksMessages(of project: DeclaredProject) -> Bool {
    project.connections.values.joined().contains { connection in
      (connection.setup?.sealed ?? [:]).values.contains { addresses[$0.digest] == nil }
    }
  }

  /// The field that held the message, if that differs from `address`; `nil` if the message is new.
  func otherAddress(of message: SealedMessage, than address: FieldAddress) -> FieldAddress? {
    guard let found = addresses[message.digest], !found.contains(address) else { return nil }
    return found.min()
  }
}
