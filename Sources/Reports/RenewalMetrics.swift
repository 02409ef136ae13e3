package import Model

/// What a service that renews tokens has done and sees, in the text format of Prometheus (version
/// 0.0.4), which the textfile collector of node_exporter reads too.
package struct RenewalMetrics: Hashable, Sendable {
  /// Of one environment; `nil` in a project without any.
  package struct Environment: Hashable, Sendable {
    /// The connections that have tokens.
    package var connections: [ConnectionName: Token] = [:]
    package var renewals: [ConnectionName: Int] = [:]
    package var failures: [FailureKind: Int] = [:]
    package var storeErrors = 0
    /// When it was last looked at, and when that last went well.
    package var lastPass: Timestamp?
    package var lastSuccess: Timestamp?

    package init() {}
  }

  package struct Token: Hashable, Sendable {
    package let state: ConnectionState
    /// `nil` if it has no end, or there is none.
    package let endsAt: Timestamp?

    package init(state: ConnectionState, endsAt: Timestamp?) {
      self.state = state
      self.endsAt = endsAt
    }
  }

  package enum FailureKind: String, Hashable, Sendable, CaseIterable {
    /// A person must consent.
    case needsAuthorization = "needs_authorization"
    /// The service refused the client.
    case refused
    /// The service did not answer, or answered with something else.
    case service
    case store
    /// New tokens could not be saved.
    case unsaved
  }

  package let version: String
  package var environments: [String: Environment] = [:]
  /// The environments that are not renewed.
  package var unusable: [String] = []
  /// Whether the project file is no longer the one that the service has read.
  package var isProjectOutdated = false

  package init(version: String) { self.version = version }

  /// The first line of every file of these metrics.
  package static let firstLine = "# HELP vaultctl_build_info The version of vaultctl."

  package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  package var text: String {
    let all = environments.sorted { $0.key < $1.key }
    var page = MetricsPage()
    page.add("build_info", "The version of vaultctl.", .gauge, [(["version": version], 1)])
    page.add(
      "project_outdated", "Whether the project file has changed since the service read it.", .gauge,
      [([:], isProjectOutdated ? 1 : 0)])
    page.add(
      "environment_unusable", "Whether nothing is renewed, since the store could not be set up.",
      .gauge,
      (environments.keys.map { ($0, 0.0) } + unusable.map { ($0, 1.0) }).sorted { $0.0 < $1.0 }
        .map { (["environment": $0.0], $0.1) })
    page.add(
      "connections", "Connections that have tokens, by state.", .gauge,
      all.flatMap { name, environment in
        Self.states.map { state in
          (
            ["environment": name, "state": state],
            Double(environment.connections.values.count { $0.state.label == state })
          )
        }
      })
    page.add(
      "token_expiry_timestamp_seconds", "When the access token ends.", .gauge,
      all.flatMap { name, environment in
        environment.connections.sorted { $0.key < $1.key }.compactMap { connection, token in
          token.endsAt.map {
            (["environment": name, "connection": connection.rawValue], $0.metricsSeconds)
          }
        }
      })
    page.add(
      "renewals_total", "Tokens that were renewed.", .counter,
      all.flatMap { name, environment in
        environment.renewals.sorted { $0.key < $1.key }.map {
          (["environment": name, "connection": $0.key.rawValue], Double($0.value))
        }
      })
    page.add(
      "renewal_failures_total", "Renewals that failed, by kind.", .counter,
      all.flatMap { name, environment in
        FailureKind.allCases.map {
          (["environment": name, "kind": $0.rawValue], Double(environment.failures[$0] ?? 0))
        }
      })
    page.add(
      "store_errors_total", "Passes that the store made fail.", .counter,
      all.map { (["environment": $0.key], Double($0.value.storeErrors)) })
    page.add(
      "last_pass_timestamp_seconds", "When all tokens were last looked at.", .gauge,
      all.compactMap { name, environment in
        environment.lastPass.map { (["environment": name], $0.metricsSeconds) }
      })
    page.add(
      "last_success_timestamp_seconds", "When that last went without an error.", .gauge,
      all.compactMap { name, environment in
        environment.lastSuccess.map { (["environment": name], $0.metricsSeconds) }
      })
    return page.text
  }

  private static let states = [
    "unauthorized", "ready", "expiring", "expired", "needs_authorization", "error",
  ]
}

extension ConnectionState {
  fileprivate var label: String { summary.replacing(" ", with: "_") }
}

extension Timestamp {
  fileprivate var metricsSeconds: Double { Double(milliseconds) / 1000 }
}
