import Encodings
import FoundationEssentials
import HTTP
import Stores

/// The response to a failed request; only what cannot quote the request is shown.
struct ErrorResponse {
  private let status: Int
  private let code: String?
  private let property: String?
  private let message: String?

  init(_ response: HTTPResponse) {
    struct Body: Decodable {
      let errorCode: String?
      let error: String?
      let message: String?
    }
    let body = try? JSONDecoder().decode(Body.self, from: Data(response.body))
    status = response.status
    code = (body?.errorCode ?? body?.error).flatMap { Self.isWord($0) ? $0 : nil }
    message = body?.message
    let words = (body?.message ?? "").split(separator: " ").map(String.init)
    property = words.firstIndex(of: "property").flatMap { index in
      words.indices.contains(index + 1) && Self.isWord(words[index + 1]) ? words[index + 1] : nil
    }
  }

  var summary: String {
    "\(status)" + (code.map { " \($0)" } ?? "") + (property.map { " on `\($0)`" } ?? "")
  }

  var storeError: StoreError {
    switch status {
    case 401: return .unauthorized("it responded with \(summary)")
    case 403:
      // The message names the scope: `Insufficient scope, expected any of: create:…`.
      let words = (message ?? "").split { !($0.isASCIILetter || ":_".contains($0)) }
      let scopes = words.map(String.init).filter { $0.contains(":") && !$0.hasSuffix(":") }
      return scopes.isEmpty ? .refused("it responded with \(summary)") : .permissionDenied(scopes)
    default: return .refused("it responded with \(summary)")
    }
  }

  private static func isWord(_ text: String) -> Bool {
    text.utf8.count <= 64
      && text.allSatisfy { $0.isASCIIAlphanumeric || "._- ".contains($0) }
  }
}
