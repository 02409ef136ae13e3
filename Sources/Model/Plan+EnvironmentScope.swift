package import Diagnostics

extension Plan {
  /// With findings whose commands are about this environment.
  ///
  /// - Parameter scope: `nil` for the base.
  package func inScope(_ scope: EnvironmentScope?) -> Plan {
    guard let scope else { return self }
    return Plan(
      changes: changes,
      findings: findings.map {
        Finding($0.kind, $0.connection, scope.diagnostic($0.diagnostic))
      }, unchangedCount: unchangedCount, emptyCount: emptyCount, size: size, storeKey: storeKey)
  }
}
