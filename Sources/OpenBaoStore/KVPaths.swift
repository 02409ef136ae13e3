import Encodings
import Foundation
import Model

/// The paths of everything, relative to the mount and encoded.
struct KVPaths: Sendable {
  /// The folder of the connections.
  let connections: String
  private let state: String
  /// The folder of the tokens, which a planner need not be able to read.
  let tokens: String

  /// - Parameters:
  ///   - prefix: where an environment has a folder of its own.
  ///   - project: of the owner, whose lock, journal, key and tokens are in a folder of their own;
  ///     `nil` for the previous format, in which all projects with this prefix shared them.
  init(prefix: String, environment: String?, project: ProjectID?) {
    let folder = environment.map { "/\(percentEncoded($0))" } ?? ""
    let own = (project.map { "/\($0)" } ?? "") + folder
    connections = percentEncoded(path: prefix) + folder
    state = percentEncoded(path: prefix) + "-state" + own
    tokens = percentEncoded(path: prefix) + "-tokens" + own
  }

  /// A name is free text, and one part of the path; the engine's paths are decoded once more.
  func connection(_ name: ConnectionName) -> String {
    "\(connections)/\(percentEncoded(percentEncoded(name.rawValue)))"
  }

  func record(_ name: ConnectionName) -> String {
    "\(state)/records/\(percentEncoded(percentEncoded(name.rawValue)))"
  }

  /// Where earlier versions kept a connection's tokens, and where those wait that have no connection
  /// any more while another one has its name.
  func tokens(_ id: StoreID) -> String {
    "\(tokens)/\(percentEncoded(Self.key(id)))"
  }

  /// The folder of the authoritative secrets: each with refresh token, access token and record.
  var refreshTokens: String { "\(tokens)/refresh" }
  /// The folder of the copies for consumers: each with an access token alone.
  var accessTokens: String { "\(tokens)/access" }

  func refreshToken(_ name: ConnectionName) -> String {
    "\(refreshTokens)/\(percentEncoded(ReadableKey.of(name)))"
  }

  func accessToken(_ name: ConnectionName) -> String {
    "\(accessTokens)/\(percentEncoded(ReadableKey.of(name)))"
  }

  /// The folder of responses whose tokens are not saved yet.
  var exchanges: String { "\(tokens)/journal" }
  func exchange(_ name: String) -> String { "\(exchanges)/\(percentEncoded(name))" }

  var key: String { "\(state)/key" }
  var lock: String { "\(state)/lock" }
  func run(_ part: Int) -> String { "\(state)/run/\(part)" }

  static func key(_ id: StoreID) -> String { percentEncoded(id.rawValue) }

  /// `nil` for a key that is not as we write it: a connection of that name would be elsewhere.
  static func name(_ key: String) -> ConnectionName? {
    key.removingPercentEncoding.flatMap { ConnectionName($0) }
      .flatMap { percentEncoded($0.rawValue) == key ? $0 : nil }
  }
}
