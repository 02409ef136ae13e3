import Foundation

/// Everything that a KV v2 engine holds, to be put into another one.
package struct BaoTree: Codable {
  struct Secret: Codable {
    let path: String
    let version: Int
    /// JSON.
    let data: String
    let customMetadata: [String: String]
  }

  private let secrets: [Secret]

  /// Reads the engine `secret`.
  package init(of client: BaoClient) throws {
    secrets = try Self.paths(of: client, below: "").map { path in
      let data = try client.order("GET", "secret/data/\(path)")
      let metadata = try client.order("GET", "secret/metadata/\(path)")
      let value = data.value("data", "data", as: [String: Any].self) ?? [:]
      return Secret(
        path: path, version: metadata.value("data", "current_version") ?? 1,
        data: String(
          decoding: try JSONSerialization.data(withJSONObject: value, options: .sortedKeys),
          as: UTF8.self),
        customMetadata: metadata.value("data", "custom_metadata") ?? [:])
    }
  }

  private static func paths(of client: BaoClient, below folder: String) throws -> [String] {
    let answer = try client.call("GET", "secret/metadata/\(folder)?list=true")
    let names = answer.value("data", "keys", as: [String].self) ?? []
    return try names.sorted().flatMap { name -> [String] in
      let encoded = name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
      let path = folder + (encoded ?? name)
      return name.hasSuffix("/") ? try paths(of: client, below: path) : [path]
    }
  }

  /// Writes it, each secret with its number of versions.
  package func put(into client: BaoClient) throws {
    for secret in secrets {
      for _ in 1..<max(secret.version, 1) {
        try client.order("POST", "secret/data/\(secret.path)", ["data": ["x": "y"]])
      }
      let data = try JSONSerialization.jsonObject(with: Data(secret.data.utf8))
      let body = try JSONSerialization.data(withJSONObject: ["data": data])
      try client.order("POST", "secret/data/\(secret.path)", json: body)
      if !secret.customMetadata.isEmpty {
        try client.order(
          "POST", "secret/metadata/\(secret.path)", ["custom_metadata": secret.customMetadata])
      }
    }
  }
}
