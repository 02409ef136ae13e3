import Foundation
import HTTP
import Manifests
import Model
import Pacing
import Planning
import Renewing
import Stores
import Tokens

extension Session {
  /// The records of tokens; `nil` if the store keeps none.
  func tokenOverview() async throws -> TokenOverview? {
    guard let tokens = store.tokens else { return nil }
    let records = try await mappingStoreErrors { () async throws(StoreError) in
      try await tokens.tokenRecords()
    }
    return TokenOverview(
      records: records.mapValues(\.record), rule: workspace.project.renewal, now: runtime.now())
  }

  /// Responses with tokens are small, and the timeout is shorter than a claim.
  var tokenHTTP: LoggingHTTPTransport {
    LoggingHTTPTransport(
      LiveHTTPTransport(
        authorities: TrustedAuthorities(environment: ProcessInfo.processInfo.environment),
        limits: HTTPLimits(
          body: TokenRequests.responseLimit, responseSeconds: RenewalTimes.responseSeconds)),
      logger: stores.logger)
  }
}
