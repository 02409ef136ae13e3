import Auth0Store
import Foundation
import Manifests
import OpenBaoStore
import Processes
import Stores

/// The logins of stores, looked for when they are first needed: what asks no store needs none.
struct StoreLogins: Sendable {
  private let command: [String]
  private let folder: String

  /// - Parameter command: prints lines `NAME=value`, which go before the environment's.
  init(_ command: [String], folder: String) {
    self.command = command
    self.folder = folder
  }

  @Sendable func auth0() throws(StoreError) -> Auth0Credentials {
    guard let found = Auth0Credentials(try variables()) else {
      throw .unauthorized("there is no login")
    }
    return found
  }

  func openBao(_ login: OpenBaoLogin) throws(StoreError) -> BaoCredentials {
    let variables = try variables()
    func needed(_ name: String) throws(StoreError) -> String {
      for name in ["BAO_\(name)", "VAULT_\(name)"] {
        if let value = variables[name], !value.isEmpty { return value }
      }
      throw .unauthorized("there is no BAO_\(name), which the login needs")
    }
    switch login {
    case .token:
      if let token = try? needed("TOKEN") { return .token(token) }
      // As `bao login` leaves it.
      let home = variables["HOME"] ?? NSHomeDirectory()
      let kept = try? String(contentsOfFile: home + "/.vault-token", encoding: .utf8)
      guard let token = kept?.trimmingCharacters(in: .whitespacesAndNewlines), !token.isEmpty else {
        throw .unauthorized("there is no token")
      }
      return .token(token)
    case .appRole(let mount):
      return .appRole(
        mount: mount, roleID: try needed("ROLE_ID"), secretID: try needed("SECRET_ID"))
    case .jwt(let mount, let role, let source):
      return .jwt(mount: mount, role: role, jwt: try jwt(source, variables))
    }
  }

  private func jwt(
    _ source: JWTSource, _ variables: [String: String]
  ) throws(StoreError) -> String {
    switch source {
    case .variable(let name):
      guard let jwt = variables[name], !jwt.isEmpty else {
        throw .unauthorized("`store.login.jwtFrom` is env:\(name), and there is no \(name)")
      }
      return jwt
    case .file(let path):
      let full = path.hasPrefix("/") ? path : folder + "/" + path
      guard let text = try? String(contentsOfFile: full, encoding: .utf8) else {
        throw .unauthorized("`store.login.jwtFrom` is file:\(path), which cannot be read")
      }
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    case .command:
      guard let jwt = variables["BAO_JWT"], !jwt.isEmpty else {
        throw .unauthorized("`credentialsCommand` prints no line BAO_JWT=…")
      }
      return jwt
    }
  }

  /// The environment's, and those of the command where there is one.
  ///
  /// - Throws: `unauthorized`; never with what the command printed.
  private func variables() throws(StoreError) -> [String: String] {
    var variables = ProcessInfo.processInfo.environment
    guard let program = command.first else { return variables }
    let finished: ChildProcess.Finished
    do throws(ChildProcess.NotStarted) {
      finished = try ChildProcess.run(command, folder: folder, keepsErrors: false)
    } catch {
      throw .unauthorized("`credentialsCommand` cannot be started: \(program): \(error.reason)")
    }
    guard finished.status == 0 else {
      throw .unauthorized("`credentialsCommand` failed with \(finished.status)")
    }
    let text = String(decoding: finished.output, as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if parts.count == 2 { variables[parts[0]] = parts[1] }
    }
    return variables
  }
}
