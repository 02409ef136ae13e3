import Model

/// Lists what differs between a declared connection and the store's, part by part.
struct DetailBuilder {
  let desired: DesiredConnection
  let actual: ActualConnection?
  let applied: AppliedRecord?
  let shape: SetupShape?
  let comparisons: [FieldAddress: SecretComparison]

  func details() -> [ChangeDetail] {
    var details: [ChangeDetail] = []
    if desired.setup?.type != actual?.setupType {
      details.append(.setupType(from: actual?.setupType, to: desired.setup?.type))
    }
    details += fieldsInOrder().compactMap(detail)
    if actual?.unseen == .change, details.isEmpty, let setup = desired.setup {
      // The store does not show what differs, so all of it is written again.
      details.append(.setupType(from: nil, to: setup.type))
    }
    details += labels()
    let declared = desired.scopes ?? []
    let before = applied?.scopes ?? []
    if declared != before {
      details.append(
        .scopes(
          added: declared.subtracting(before).sorted(),
          removed: before.subtracting(declared).sorted()))
    }
    if desired.preventsDestroy != (applied?.preventsDestroy ?? false) {
      details.append(.preventDestroy(desired.preventsDestroy))
    }
    if let moved = ChangeDetail.destinations(
      from: applied?.destinations ?? [], to: desired.destinations)
    {
      details.append(moved)
    }
    return details
  }

  /// What a store loses with a connection.
  static func removal(of actual: ActualConnection, shape: SetupShape?) -> [ChangeDetail] {
    let known = shape?.fields.map(\.name) ?? []
    let order =
      known.filter { actual.fields[$0] != nil }
      + Set(actual.fields.keys).subtracting(known).sorted()
    let type = actual.setupType.map { [ChangeDetail.setupType(from: $0, to: nil)] } ?? []
    return type
      + order.compactMap { field in
        actual.fields[field].map { value in
          switch value {
          case .plain(let value): .plain(field, from: value, to: nil)
          case .secret: .secret(field, .removed)
          }
        }
      }
  }

  /// The catalog's order, then by name.
  private func fieldsInOrder() -> [FieldName] {
    let known = shape?.fields.map(\.name) ?? []
    var all = Set(desired.setup?.fields.keys.map { $0 } ?? [])
      .union(actual?.fields.keys.map { $0 } ?? [])
    // Ignored fields are skipped on update but written on create.
    if actual != nil { all.subtract(desired.ignoredFields) }
    return known.filter(all.contains) + all.subtracting(known).sorted()
  }

  private func detail(of field: FieldName) -> ChangeDetail? {
    let there = actual?.fields[field]
    switch desired.setup?.fields[field] {
    case nil:
      return switch there {
      case nil: nil
      case .plain(let value): .plain(field, from: value, to: nil)
      case .secret: .secret(field, .removed)
      }
    case .plain(let value):
      if case .plain(value) = there { return nil }
      return .plain(field, from: there?.plain, to: value)
    case .sealed(let message):
      return secretChange(of: field, to: message, there: there).map { .secret(field, $0) }
    }
  }

  private func secretChange(
    of field: FieldName, to message: SealedMessage, there: ActualField?
  ) -> SecretChange? {
    guard case .sealed(let ciphertext, _, let version) = applied?.fields[field] else { return .set }
    guard case .secret(let found) = there else {
      return ciphertext == message.digest ? .restored : .set
    }
    let isMoved = version != nil && found != nil && version != found
    if ciphertext == message.digest { return isMoved ? .restored : nil }
    switch comparisons[FieldAddress(desired.name, field)] {
    case .same: return isMoved ? .restored : .reencrypted
    case .different: return .rotated
    case nil: return .undecided
    }
  }

  private func labels() -> [ChangeDetail] {
    let before = actual?.labels ?? [:]
    return Set(desired.labels.keys).union(before.keys).sorted().compactMap { key in
      before[key] == desired.labels[key]
        ? nil : .label(key, from: before[key], to: desired.labels[key])
    }
  }
}

extension ChangeDetail {
  /// `nil` if both are the same.
  static func destinations(
    from before: Set<Destination>, to now: Set<Destination>
  ) -> ChangeDetail? {
    if before == now { return nil }
    return .destinations(
      added: now.subtracting(before).sorted(), removed: before.subtracting(now).sorted())
  }
}

extension ActualField {
  fileprivate var plain: PlainValue? {
    switch self {
    case .plain(let value): value
    case .secret: nil
    }
  }
}
