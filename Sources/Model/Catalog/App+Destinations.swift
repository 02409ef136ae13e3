extension App {
  /// Where the secrets and tokens of a declared connection are sent to; nowhere without a setup.
  package func destinations(of setup: DesiredSetup?) -> Set<Destination> {
    guard let setup else { return [] }
    return Model.destinations(
      self, setup: setup.type, plain: setup.plain, sealed: Set(setup.sealed.keys))
  }
}

extension Catalog {
  /// Where the secrets and tokens of an applied connection are sent to, with this catalog.
  package func destinations(of record: AppliedRecord) -> Set<Destination> {
    guard let type = record.setupType else { return [] }
    return Model.destinations(
      self[record.app], setup: type, plain: record.plain, sealed: Set(record.ciphertexts.keys))
  }
}

/// `audience` and `resource` name a service (RFC 8707); nothing is sent there.
private let identifiers: Set<FieldName> = [ClientField.audience, ClientField.resource]

/// The endpoints of the app's service, if the setup obtains tokens, and the addresses in its fields: a
/// field is one if its format says so, or its value is a URL.
private func destinations(
  _ app: App?, setup type: SetupType, plain: [FieldName: PlainValue], sealed: Set<FieldName>
) -> Set<Destination> {
  let shape = app?.setup(type)
  var found: Set<Destination> = []
  if shape?.grant != nil, let service = app?.oauth {
    // It says where the rest goes.
    if let host = service.issuer.flatMap({ Destination(url: $0) }) { found.insert(host) }
    for endpoint in service.endpoints {
      found.formUnion(sealed.intersection(endpoint.fields).map { Destination(sealedIn: $0) })
      let url = endpoint.filled { plain[$0]?.text }
      if let host = url.flatMap({ Destination(url: $0) }) { found.insert(host) }
    }
  }
  for (field, value) in plain where !identifiers.contains(field) {
    let isAddress = shape?[field]?.isAddress ?? false
    let host = Destination(url: value.text) ?? (isAddress ? Destination(host: value.text) : nil)
    if let host { found.insert(host) }
  }
  // An address that is the only secret is sent nowhere else.
  for field in sealed where sealed.count > 1 || shape?.grant != nil {
    guard !identifiers.contains(field), shape?[field]?.isAddress ?? false else { continue }
    found.insert(Destination(sealedIn: field))
  }
  return found
}

extension FieldShape {
  fileprivate var isAddress: Bool {
    switch constraint.format {
    case .httpsURL, .hostName: true
    case .email, nil: false
    }
  }
}
