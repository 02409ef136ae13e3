import Encodings
import Foundation
import Model
import Stores

/// One connection's secret as it was last seen or written.
struct Entry: Sendable {
  var metadata: KVMetadata
  var custom: CustomMetadata
  /// The applied record that counts: of the version that is there, else of the last one before it.
  var record: AppliedRecord?

  static let none = Entry(metadata: .none, custom: CustomMetadata(), record: nil)

  var version: StoreVersion { StoreVersion(String(metadata.current)) }

  /// The version whose record counts.
  static func effective(_ metadata: KVMetadata, _ custom: CustomMetadata) -> Int64? {
    custom.slots.keys.filter { $0 <= metadata.current }.max()
  }

  var isAsRecorded: Bool { record?.version == version }

  /// The store's id: its own mark where we have made it, else its name, which is its path.
  func id(named name: ConnectionName) -> StoreID { custom.id ?? StoreID("name:\(name)") }
}

/// Where everything is, relative to the mount and encoded.
struct KVPaths: Sendable {
  /// The folder of the connections.
  let connections: String
  private let state: String
  /// The folder of the tokens, which whoever plans must not read.
  let tokens: String

  /// - Parameter prefix: of the project; `environment` has a folder of its own in it.
  init(prefix: String, environment: String?) {
    let folder = environment.map { "/\(percentEncoded($0))" } ?? ""
    connections = percentEncoded(path: prefix) + folder
    state = percentEncoded(path: prefix) + "-state" + folder
    tokens = percentEncoded(path: prefix) + "-tokens" + folder
  }

  /// A name is free text, and one part of the path; the engine's paths are decoded once more.
  func connection(_ name: ConnectionName) -> String {
    "\(connections)/\(percentEncoded(percentEncoded(name.rawValue)))"
  }

  func record(_ name: ConnectionName) -> String {
    "\(state)/records/\(percentEncoded(percentEncoded(name.rawValue)))"
  }

  /// By the connection's id, which a rename keeps and no other connection ever has.
  func tokens(_ id: StoreID) -> String {
    "\(tokens)/\(percentEncoded(percentEncoded(id.rawValue)))"
  }

  var key: String { "\(state)/key" }
  var lock: String { "\(state)/lock" }
  func run(_ part: Int) -> String { "\(state)/run/\(part)" }

  static func name(_ key: String) -> ConnectionName? {
    key.removingPercentEncoding.flatMap { ConnectionName($0) }
  }
}
