import Encodings
import FoundationEssentials
import HTTP
import Stores

/// The server's response to a request that failed. Its statuses are few, and several cases differ only
/// in their texts.
struct BaoResponse {
  let response: HTTPResponse
  /// The server's own texts; shown only through `shown`.
  private let errors: [String]
  private let isWarned: Bool

  init(_ response: HTTPResponse) {
    struct Body: Decodable {
      let errors: [String]?
      let warnings: [String]?
    }
    self.response = response
    let body =
      response.isSuccess
      ? nil : try? JSONDecoder().decode(Body.self, from: Data(response.body))
    errors = body?.errors ?? []
    isWarned = body?.warnings?.isEmpty == false
  }

  private func says(_ words: String...) -> Bool {
    words.contains { word in errors.contains { $0.lowercased().contains(word) } }
  }

  var isSealed: Bool { response.status == 503 && says("sealed") }
  var isNotThere: Bool { response.status == 404 && errors.isEmpty }
  /// An empty list, which has no message at all; a path that the engine does not know has a
  /// warning.
  var isEmptyList: Bool { isNotThere && !isWarned }
  var isVersionMismatch: Bool {
    response.status == 400 && says("check-and-set parameter did", "check-and-set parameter does")
  }
  /// A mount that the policies of a valid token do not mention; an invalid token gets another text.
  var isHiddenByPolicies: Bool { response.status == 403 && says("preflight capability check") }

  /// A temporary failure: a standby that lags, an election, a quota. The request was not carried
  /// out.
  var isTransient: Bool {
    switch response.status {
    case 307, 412, 429, 472, 473: true
    // An engine that was only just mounted.
    case 400: says("waiting for the primary to upgrade", "upgrading from non-versioned")
    case 500, 503: says("active cluster node not found", "no leader", "not active", "standby")
    default: false
    }
  }

  /// - Parameters:
  ///   - path: of the request.
  ///   - capability: what the policy must allow.
  ///   - secrets: what must not show.
  func fault(on path: String, _ capability: String, hiding secrets: [String]) -> StoreError {
    switch response.status {
    case 403: return .permissionDenied(["\(capability) on `\(path)`"])
    case 404 where says("namespace not found"):
      return .misconfigured(
        "the namespace does not exist: check `store.namespace` or BAO_NAMESPACE")
    case 404 where says("no handler for route"):
      return .misconfigured(
        "nothing is mounted at `\(path.prefix { $0 != "/" })/`: check `store.mount`")
    case 503 where says("sealed"):
      return .unavailable("it is sealed; unseal it: bao operator unseal")
    default: return .refused("it responded with \(shown(hiding: secrets))")
    }
  }

  /// The status and the server's first line, short, without what was sent.
  func shown(hiding secrets: [String]) -> String {
    var words = errors.joined(separator: "; ").replacing("\n", with: " ")
    for secret in secrets where !secret.isEmpty { words = words.replacing(secret, with: "•••") }
    return "\(response.status)" + (words.isEmpty ? "" : ": \(words.prefix(200))")
  }

  /// Why a login was refused, with what fixes it if that is known.
  func loginFault(hiding secrets: [String]) -> StoreError {
    if isSealed { return fault(on: "", "", hiding: secrets) }
    if says("no handler for route") {
      return .unauthorized("the auth method is not mounted there: check `store.login.mount`")
    }
    if says("token is expired", "exp claim", "(exp)", "expired") {
      return .unauthorized(
        "the JWT has expired according to the server's clock; check both clocks")
    }
    if says("not valid yet", "(nbf)", "issued in the future", "(iat)", "before issued") {
      return .unauthorized(
        "the JWT is not yet valid according to the server's clock; check both clocks")
    }
    return .unauthorized("the login was refused: \(shown(hiding: secrets))")
  }
}
