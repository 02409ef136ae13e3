import Foundation
import Processes
import Synchronization
import TestServer
import TestSupport

/// One process of an OpenBao server on this machine, which can be killed and started again.
package final class BaoNode: Sendable {
  package let name: String
  package let client: BaoClient
  private let folder: TemporaryFolder
  private let process = Mutex<ChildProcess?>(nil)

  package struct Ended: Error { package let log: String }

  /// - Parameter storage: that part of the configuration; `FOLDER` stands for the node's own.
  init(
    _ name: String, storage: String, authority: TestAuthority? = nil, audit: Bool = false
  ) async throws {
    self.name = name
    folder = try TemporaryFolder()
    let port = try await freePort()
    let scheme = authority == nil ? "http" : "https"
    client = BaoClient(
      address: "\(scheme)://127.0.0.1:\(port)", authority: authority?.path)
    let cluster = "127.0.0.1:\(try await freePort())"
    let tls =
      authority.map {
        "tls_cert_file = \"\($0.certificatePath)\"\n  tls_key_file = \"\($0.keyPath)\""
      } ?? "tls_disable = true"
    var text = """
      \(storage.replacingOccurrences(of: "FOLDER", with: folder.path))
      listener "tcp" {
        address = "127.0.0.1:\(port)"
        cluster_address = "\(cluster)"
        \(tls)
      }
      api_addr = "\(client.address)"
      cluster_addr = "https://\(cluster)"

      """
    if audit {
      text += "audit \"file\" \"all\" {\n  options {\n    file_path = \"\(auditPath)\"\n  }\n}\n"
    }
    try folder.write(text, to: "server.hcl")
    try await start()
  }

  deinit { kill() }

  package var auditPath: String { folder.path + "/audit.log" }
  package var log: String { (try? folder.read("server.log")) ?? "" }
  package var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

  /// Starts it, sealed, and waits until it answers.
  package func start() async throws {
    try folder.write("", to: "server.log")
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/server.log"))
    let process = try ChildProcess(
      [try BaoProgram.path(), "server", "-config", folder.path + "/server.hcl"],
      environment: ["HOME": folder.path], input: .null,
      output: .descriptor(output.fileDescriptor), errors: .descriptor(output.fileDescriptor))
    self.process.withLock { $0 = process }
    try await eventually("an answer of \(name)") {
      guard process.isRunning else { throw Ended(log: log) }
      return try health() != 0
    }
  }

  /// Ends it at once, as a machine that loses its power.
  package func kill() {
    process.withLock {
      $0?.signal(SIGKILL)
      $0?.wait()
      $0 = nil
    }
  }

  /// 200 active, 429 standby, 501 not initialised, 503 sealed, 0 no answer.
  package func health() throws -> Int { try client.call("GET", "sys/health").status }

  /// Makes it a new server of one key share.
  func initialize() throws -> (key: String, token: String) {
    let answer = try client.order(
      "POST", "sys/init", ["secret_shares": 1, "secret_threshold": 1])
    guard let keys = answer.value("keys_base64", as: [String].self), let key = keys.first,
      let token = answer.value("root_token", as: String.self)
    else { throw BaoClient.Refused(call: "sys/init", answer: answer) }
    return (key, token)
  }

  /// Unseals it and waits until it takes part.
  func unseal(_ key: String) async throws {
    try client.order("POST", "sys/unseal", ["key": key])
    try await eventually("\(name) unsealed") { [200, 429].contains(try health()) }
  }
}
