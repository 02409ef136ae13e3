import Foundation
package import TestSupport

/// What a server answered.
package struct BaoResponse: Sendable {
  package let status: Int
  package let text: String

  package var isSuccess: Bool { (200..<300).contains(status) }

  /// The value below these keys: an object, a list, a text, a number.
  package func value<T>(_ keys: String..., as type: T.Type = T.self) -> T? {
    var found: Any? = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    for key in keys { found = (found as? [String: Any])?[key] }
    return found as? T
  }
}

/// A client with a token at a server, through programs that are not ours: curl and bao.
package struct BaoClient: Sendable {
  package let address: String
  /// The file of the authority that the server's certificate comes from.
  package let authority: String?
  package var token: String
  package var namespace: String?

  package struct Refused: Error { package let call: String, answer: BaoResponse }
  package struct Failure: Error { package let message: String }

  package init(
    address: String, authority: String? = nil, token: String = "", namespace: String? = nil
  ) {
    self.address = address
    self.authority = authority
    self.token = token
    self.namespace = namespace
  }

  package func with(token: String) -> BaoClient {
    var other = self
    other.token = token
    return other
  }

  package func within(namespace: String) -> BaoClient {
    var other = self
    other.namespace = namespace
    return other
  }

  /// What a program reads to be this one.
  package var environment: [String: String] {
    var variables = ["BAO_ADDR": address, "BAO_TOKEN": token]
    variables["BAO_CACERT"] = authority
    variables["BAO_NAMESPACE"] = namespace
    return variables
  }

  /// One call; a server that does not answer has status 0.
  ///
  /// - Parameter path: below `/v1/`, its query included.
  package func call(
    _ method: String, _ path: String, _ body: [String: any Sendable]? = nil,
    headers: [String] = []
  ) throws -> BaoResponse {
    try call(
      method, path, json: body.map { try JSONSerialization.data(withJSONObject: $0) },
      headers: headers)
  }

  private func call(
    _ method: String, _ path: String, json: Data?, headers: [String] = []
  ) throws -> BaoResponse {
    var arguments = [
      "--silent", "--max-time", "30", "--request", method, "--write-out", "\n%{http_code}",
    ]
    var headers = headers
    if !token.isEmpty { headers.append("X-Vault-Token: \(token)") }
    if let namespace { headers.append("X-Vault-Namespace: \(namespace)") }
    if let authority { arguments += ["--cacert", authority] }
    for header in headers { arguments += ["--header", header] }
    if json != nil { arguments += ["--data-binary", "@-"] }
    let finished = try run(
      "/usr/bin/curl", arguments + ["\(address)/v1/\(path)"], environment: [:],
      input: json ?? Data())
    var lines = finished.text.split(separator: "\n", omittingEmptySubsequences: false)
    let status = lines.popLast().flatMap { Int($0) } ?? 0
    return BaoResponse(status: status, text: lines.joined(separator: "\n"))
  }

  /// One call that must be carried out.
  @discardableResult
  package func order(
    _ method: String, _ path: String, _ body: [String: any Sendable]? = nil
  ) throws -> BaoResponse {
    try order(method, path, json: body.map { try JSONSerialization.data(withJSONObject: $0) })
  }

  /// The same with a body that is JSON already.
  @discardableResult
  func order(_ method: String, _ path: String, json: Data?) throws -> BaoResponse {
    let answer = try call(method, path, json: json)
    guard answer.isSuccess else { throw Refused(call: "\(method) \(path)", answer: answer) }
    return answer
  }

  /// Runs OpenBao's own client.
  package func bao(_ arguments: [String]) throws -> Finished {
    try run(
      BaoProgram.path(), arguments,
      environment: environment.merging(["HOME": "/nonexistent"]) { $1 })
  }

  /// A secret as OpenBao's own client reads it.
  package func secret(_ path: String, in mount: String = "secret") throws -> [String: String] {
    let finished = try bao(["kv", "get", "-mount=\(mount)", "-format=json", path])
    guard finished.status == 0 else { throw Failure(message: finished.errorText) }
    let answer = BaoResponse(status: 200, text: finished.text)
    return answer.value("data", "data", as: [String: String].self) ?? [:]
  }
}
