import Reports

/// When each environment of a service was last looked at, by a clock that never steps.
///
/// The time of day does when it is set: a service would look hung, and be killed for it, or a hung one alive.
struct PassTimes {
  private let environments: Set<String>
  private var last: [String: Duration] = [:]

  init(of environments: some Sequence<String>) { self.environments = Set(environments) }

  mutating func record(_ environment: String, at elapsed: Duration) { last[environment] = elapsed }

  /// Whether there are environments, and the passes of none have stopped.
  func areRecent(at elapsed: Duration) -> Bool {
    let limit = Duration.seconds(ServicePasses.maxAge)
    return !environments.isEmpty
      && environments.allSatisfy { last[$0].map { elapsed - $0 <= limit } ?? false }
  }
}
