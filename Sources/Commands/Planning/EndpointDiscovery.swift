import Diagnostics
import HTTP
import Model
import Planning
import Tokens

/// Completes connections whose app leaves endpoints to its issuer.
struct EndpointDiscovery {
  private let catalog: Catalog
  private let snapshot: Snapshot
  private let found: [String: Result<IssuerMetadata, IssuerMetadata.Fault>]

  /// Fetches the metadata of each issuer that a declared connection uses, once.
  ///
  /// - Parameter http: `nil` if nothing is fetched: what was recorded counts.
  init(
    of connections: [DesiredConnection], _ catalog: Catalog, _ snapshot: Snapshot,
    over http: (any HTTPTransport)?
  ) async {
    self.catalog = catalog
    self.snapshot = snapshot
    var found: [String: Result<IssuerMetadata, IssuerMetadata.Fault>] = [:]
    // Nearly no project has such an app, and some have very many connections.
    let connections = catalog.hasIssuers ? connections : []
    for service in connections.compactMap({ Self.service($0, catalog) }) {
      guard let http, let issuer = service.issuer, found[issuer] == nil else { continue }
      do throws(IssuerMetadata.Fault) {
        found[issuer] = .success(
          try await IssuerMetadata.fetched(
            from: issuer, over: http, authorities: service.authorities))
      } catch {
        found[issuer] = .failure(error)
      }
    }
    self.found = found
  }

  /// The connections with the destinations that were discovered, or else recorded.
  func completed(_ connections: [DesiredConnection]) -> [DesiredConnection] {
    if !catalog.hasIssuers { return connections }
    return connections.map { connection in
      guard let service = Self.service(connection, catalog), let issuer = service.issuer else {
        return connection
      }
      let endpoints = (try? found[issuer]?.get().endpoints) ?? recorded(connection)
      return connection.alsoSending(to: service.destinations(of: endpoints))
    }
  }

  /// What could not be discovered: an error if a connection has no recorded endpoints to use instead.
  func diagnostics(_ connections: [DesiredConnection]) -> [Diagnostic] {
    found.sorted { $0.key < $1.key }.compactMap { issuer, result in
      guard case .failure(let fault) = result else { return nil }
      let users = connections.filter { Self.service($0, catalog)?.issuer == issuer }
      let lacking = users.filter { recorded($0).isEmpty }.map(\.name).sorted()
      return .endpointsNotDiscovered(issuer, fault, lacking: lacking)
    }
  }

  private func recorded(_ connection: DesiredConnection) -> [OAuthEndpoint: String] {
    let destinations = snapshot.counterpart(of: connection).applied?.destinations ?? []
    return Dictionary(
      destinations.compactMap(\.endpoint).map { ($0.endpoint, $0.url) }
    ) { first, _ in first }
  }

  /// `nil` if it obtains no tokens, or its endpoints are all configured.
  private static func service(
    _ connection: DesiredConnection, _ catalog: Catalog
  ) -> OAuthService? {
    guard let service = catalog[connection.app]?.oauth, service.issuer != nil,
      let setup = connection.setup, catalog[connection.app]?.setup(setup.type)?.grant != nil
    else { return nil }
    return service
  }
}

extension Catalog {
  fileprivate var hasIssuers: Bool { apps.values.contains { $0.oauth?.issuer != nil } }
}

extension Diagnostic {
  fileprivate static func endpointsNotDiscovered(
    _ issuer: String, _ fault: IssuerMetadata.Fault, lacking: [ConnectionName]
  ) -> Diagnostic {
    Diagnostic(
      .endpointsNotDiscovered, "the endpoints of issuer `\(issuer)` could not be discovered",
      severity: lacking.isEmpty ? .warning : .error,
      notes: [
        fault.summary,
        lacking.isEmpty
          ? "the recorded ones are used"
          : "none are recorded for \(lacking.map { "`\($0)`" }.joined(separator: ", "))",
      ], help: [fault.remedy])
  }
}

extension IssuerMetadata.Fault {
  fileprivate var summary: String {
    switch self {
    case .unreachable(let reason): reason
    case .redirected: "it redirects the request, which is not followed"
    case .refused(let status): "it responded with \(status)"
    case .notMetadata: "the response is not the metadata of an issuer"
    case .otherIssuer: "the metadata names another issuer, so it must not be used (RFC 8414)"
    case .noTokenEndpoint: "the metadata names no token endpoint"
    case .unusable(let endpoint): "its `\(endpoint.rawValue)` is not an https URL"
    }
  }

  fileprivate var remedy: String {
    switch self {
    case .unreachable, .refused:
      "try again, or give the endpoints themselves: tokenEndpoint: https://…"
    case .redirected, .otherIssuer, .notMetadata:
      "use the `issuer` of the service's metadata, character by character"
    case .noTokenEndpoint, .unusable: "give the endpoints themselves: tokenEndpoint: https://…"
    }
  }
}
