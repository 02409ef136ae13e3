import Model

/// A connection that a secret is known from, and where it was sent to.
struct KnownConnection {
  let app: AppID
  let destinations: Set<Destination>
  let plain: [FieldName: PlainValue]
  let sealed: [FieldName: CiphertextDigest]

  init(_ connection: DesiredConnection) {
    app = connection.app
    destinations = connection.destinations
    plain = connection.setup?.plain ?? [:]
    sealed = (connection.setup?.sealed ?? [:]).mapValues(\.digest)
  }

  /// - Parameter catalog: for a record that was written before records had destinations.
  init(_ record: AppliedRecord, _ catalog: Catalog) {
    app = record.app
    destinations = record.destinations ?? catalog.destinations(of: record)
    plain = record.plain
    sealed = record.ciphertexts
  }

  /// The plain fields that are addresses, whatever an app says of them now.
  fileprivate var addressFields: Set<FieldName> {
    Set(plain.filter { host(in: $0.value).map(destinations.contains) ?? false }.keys)
      .union(destinations.compactMap(\.sealedField))
  }
}

/// Compares pairs of a secret and a destination: a secret may go where it went before, a new one
/// anywhere.
struct RedirectCheck {
  let desired: DesiredConnection
  /// Further destinations that are proposed for it, and not used yet.
  var proposed: Set<Destination> = []
  /// The connections that had a message as the value of a field, or a message of the same value.
  let known: (FieldName, SealedMessage) -> [KnownConnection]
  /// The connection before, if it has tokens.
  let tokens: KnownConnection?
  /// Whether a field has the same value as before, although its message differs.
  let isSameValue: (FieldName) -> Bool

  func redirect() -> Redirect? {
    let sealed = desired.setup?.sealed ?? [:]
    var secrets: [FieldName] = []
    var destinations: Set<Destination> = []
    var isOtherApp = false
    for (field, message) in sealed {
      let known = known(field, message)
      if known.isEmpty { continue }
      let added = added(to: known, except: field)
      let movesApp = !known.contains { $0.app == desired.app }
      if added.isEmpty, !movesApp { continue }
      secrets.append(field)
      destinations.formUnion(added)
      isOtherApp = isOtherApp || movesApp
    }
    let ofTokens = tokens.map { added(to: [$0], except: nil) } ?? []
    destinations.formUnion(ofTokens)
    if secrets.isEmpty, ofTokens.isEmpty { return nil }
    return Redirect(
      secrets: secrets.sorted(), includesTokens: !ofTokens.isEmpty,
      destinations: destinations.sorted(), app: isOtherApp ? desired.app : nil)
  }

  /// - Parameter secret: the field that is sent; its own value is no address of it.
  private func added(
    to known: [KnownConnection], except secret: FieldName?
  ) -> Set<Destination> {
    let before = known.reduce(into: Set<Destination>()) { $0.formUnion($1.destinations) }
    let plain = desired.setup?.plain ?? [:]
    let addresses = known.reduce(into: Set<FieldName>()) { $0.formUnion($1.addressFields) }
    var now = desired.destinations.union(proposed)
    now.formUnion(addresses.compactMap { plain[$0].flatMap { host(in: $0) } })
    var added = now.subtracting(before).filter { destination in
      guard destination.sealedField == nil else { return false }
      // An endpoint that was not discovered before, at a host that was used before, is no other place.
      guard let (endpoint, url) = destination.endpoint, let host = Destination(url: url) else {
        return true
      }
      return !before.contains(host) || before.contains { $0.endpoint?.endpoint == endpoint }
    }
    let sealed = desired.setup?.sealed ?? [:]
    for field in Set(now.compactMap(\.sealedField)).union(addresses) where field != secret {
      guard let message = sealed[field], !isSameValue(field),
        !known.contains(where: { $0.sealed[field] == message.digest })
      else { continue }
      added.insert(Destination(sealedIn: field))
    }
    return added
  }
}

private func host(in value: PlainValue) -> Destination? {
  Destination(url: value.text) ?? Destination(host: value.text)
}
