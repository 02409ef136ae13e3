package import Auth0Store
import Diagnostics
import Files
import Foundation
package import Manifests
package import OpenBaoStore
package import Stores

/// The logins of stores, read from the environment when a store first needs one.
package struct StoreLogins: Sendable {
  private let command: CredentialsCommand?
  private let folder: String
  private let environment: [String: String]
  /// Whether the environment's logins are another store's, if there is a command.
  private let isCommandAlone: Bool

  /// - Parameters:
  ///   - command: prints variables, which take precedence over the environment's; empty if there is
  ///     none.
  ///   - folder: the project's.
  ///   - environment: `nil` for the program's own.
  package init(
    _ command: [String], folder: String,
    environment: [String: String]? = nil, isCommandAlone: Bool = false
  ) {
    let environment = environment ?? InheritedEnvironment.variables
    self.command = CredentialsCommand(command, folder: folder, environment: environment)
    self.folder = folder
    self.environment = environment
    self.isCommandAlone = isCommandAlone && !command.isEmpty
  }

  @Sendable package func auth0() throws(StoreError) -> Auth0Credentials {
    let environment = environment.merging(try command?.variables() ?? [:]) { $1 }
    guard let found = Auth0Credentials(environment) else {
      throw .unauthorized("no credentials found")
    }
    return found
  }

  package func openBao(_ login: OpenBaoLogin) throws(StoreError) -> BaoCredentials {
    let own = try command?.variables() ?? [:]
    let environment = isCommandAlone ? [:] : environment
    // What the command prints wins, under either name.
    func needed(_ name: String) throws(StoreError) -> String {
      for variables in [own, environment] {
        for name in ["BAO_\(name)", "VAULT_\(name)"] {
          if let value = variables.nonEmpty(name) { return value }
        }
      }
      throw .unauthorized("BAO_\(name), which the login needs, is not set")
    }
    switch login {
    case .token:
      if let token = try? needed("TOKEN") { return .token(token) }
      if isCommandAlone { throw .unauthorized("`credentialsCommand` did not print a token") }
      // The token file that `bao login` writes.
      let home = environment["HOME"] ?? NSHomeDirectory()
      guard let token = try Self.login(in: home + "/.vault-token") else {
        throw .unauthorized("no token found")
      }
      return .token(token)
    case .appRole(let mount):
      return .appRole(
        mount: mount, roleID: try needed("ROLE_ID"), secretID: try needed("SECRET_ID"))
    case .jwt(let mount, let role, let source):
      return .jwt(mount: mount, role: role, jwt: try jwt(source, environment.merging(own) { $1 }))
    }
  }

  /// The content of a file; `nil` if there is no such file, or nothing in it.
  private static func login(in path: String) throws(StoreError) -> String? {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) {
      // A token that Kubernetes mounts is a link.
      bytes = try RegularFile(limit: FileLimit.login, links: .followed).bytes(path)
    } catch {
      if error == .missing { return nil }
      throw .unauthorized(Diagnostic(error, path).inOneLine)
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw .unauthorized("`\(path)` is not UTF-8")
    }
    let login = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return login.isEmpty ? nil : login
  }

  private func jwt(
    _ source: JWTSource, _ variables: [String: String]
  ) throws(StoreError) -> String {
    switch source {
    case .variable(let name):
      guard let jwt = variables.nonEmpty(name) else {
        throw .unauthorized("`store.login.jwtFrom` is env:\(name), but \(name) is not set")
      }
      return jwt
    case .file(let path):
      let full = path.hasPrefix("/") ? path : folder + "/" + path
      guard let jwt = try Self.login(in: full) else {
        throw .unauthorized(
          "`store.login.jwtFrom` is file:\(path), but that file is missing or empty")
      }
      return jwt
    case .command:
      guard let jwt = variables.nonEmpty("BAO_JWT") else {
        throw .unauthorized("`credentialsCommand` did not print a line BAO_JWT=…")
      }
      return jwt
    }
  }
}
