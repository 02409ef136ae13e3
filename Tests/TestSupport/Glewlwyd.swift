import Foundation

/// glewlwyd on a free port of this machine, as `Tests/Support/glewlwyd.py` sets it up.
package final class Glewlwyd: Sendable {
  package let address: String
  private let folder: TemporaryFolder
  private let process: ServerProcess

  private struct Line: Decodable { let address: String }

  package init() async throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    process = try await apart {
      try ServerProcess(
        "/usr/bin/env", ["python3", ServerProcess.support("glewlwyd.py"), folder.path])
    }
    address = try JSONDecoder().decode(Line.self, from: Data(process.line.utf8)).address
  }

  /// What a person does with a device's code: signs in, grants the client the scopes, goes on.
  package func approve(_ userCode: String, client: String, scopes: String) async throws {
    let jar = folder.path + "/cookies"
    func call(_ arguments: [String]) async throws {
      let all = ["-s", "-f", "-c", jar, "-b", jar, "-H", "Content-Type: application/json"]
      let finished = try await apart { try run("/usr/bin/curl", all + arguments) }
      guard finished.status == 0 else { throw Sandbox.Missing(what: "\(arguments)") }
    }
    try await call(["-d", #"{"username": "ann", "password": "ann"}"#, address + "/api/auth/"])
    try await call(
      ["-X", "PUT", "-d", #"{"scope": "\#(scopes)"}"#, address + "/api/auth/grant/" + client])
    try await call([address + "/api/glwd/device?code=\(userCode)&g_continue"])
  }
}
