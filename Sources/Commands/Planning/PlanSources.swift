/// Where a plan's view of the store comes from.
enum PlanSources {
  /// The applied records alone, without a request to the store.
  case records
  /// - Parameter flows: the flows of the store's backend count too.
  case store(flows: Bool)

  /// From the options of a command.
  init(offline: Bool, noFlows: Bool) { self = offline ? .records : .store(flows: !noFlows) }

  var isOffline: Bool { if case .records = self { true } else { false } }

  var hasStoreFlows: Bool { if case .store(flows: true) = self { true } else { false } }
}

/// What a plan is made for.
enum PlanPurpose {
  case show
  /// The vault page asks no issuer; what was recorded of them counts.
  case page
  /// It is applied on this machine, whose keyring must have all recipients.
  case apply
}
