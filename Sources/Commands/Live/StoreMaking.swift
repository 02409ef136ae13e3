import Applying
import Auth0Store
import Diagnostics
import Foundation
import GitPlumbing
import HTTP
import Ledgers
import Manifests
import Model
import SQLiteStore
import Stores

/// Builds the store that a project's settings name.
struct StoreMaking {
  let workspace: Workspace
  let keyring: Keyring
  /// Who would write, when it does.
  let provenance: @Sendable () -> Provenance

  func store(_ settings: StoreSettings) throws -> any Store {
    let protection = ProjectKeyProtection(keyring: keyring, environment: workspace.environment)
    switch settings {
    case .sqlite(let path):
      return SQLiteStore(
        path: workspace.files.path(path), shownPath: path, protection: protection)
    case .auth0(let settings):
      return LedgeredStore(
        vault: try vault(settings), ledger: try ledger(settings), catalog: workspace.catalog,
        protection: protection, provenance: provenance)
    }
  }

  /// The ledger of a tenant is in the repository that the project is in.
  func ledger(_ settings: Auth0Settings) throws -> GitLedger {
    let git = Git(folder: workspace.files.root)
    let remotes = try git.line(["remote"]).split(separator: "\n").map(String.init)
    return GitLedger(
      git: git, name: "\(workspace.project.name)/\(settings.domain)",
      remote: remotes.contains("origin") ? "origin" : remotes.first)
  }

  private func vault(_ settings: Auth0Settings) throws -> any Vault {
    let environment = ProcessInfo.processInfo.environment
    let domain = environment["AUTH0_DOMAIN"].flatMap { $0.isEmpty ? nil : $0 } ?? settings.domain
    guard domain == settings.domain else {
      throw Diagnostic(
        .storeUnauthorized, "AUTH0_DOMAIN is `\(domain)`, and the store is `\(settings.domain)`",
        help: ["choose the environment that is meant: --env NAME"])
    }
    let base = settings.baseURL ?? "https://\(domain)"
    let proxy = ProxyAddress.of(base, environment: environment)
    return Auth0Vault(
      domain: domain, base: settings.baseURL,
      credentials: LazyCredentials(settings.credentialsCommand, folder: workspace.files.root)
        .credentials,
      http: LiveHTTP(proxy: proxy),
      surroundings: Surroundings(
        now: { Int64(Date().timeIntervalSince1970 * 1000) },
        sleep: { try? await Task.sleep(for: $0) }, random: { Double.random(in: 0..<1) }))
  }
}

/// The login of a tenant, looked for when it is first needed: what asks no store needs none.
private struct LazyCredentials: Sendable {
  private let command: [String]
  private let folder: String

  init(_ command: [String], folder: String) {
    self.command = command
    self.folder = folder
  }

  /// From the command's lines where there is one, else from the environment.
  ///
  /// - Throws: `unauthorized`; never with what the command printed.
  @Sendable func credentials() throws(StoreError) -> Auth0Credentials {
    var variables = ProcessInfo.processInfo.environment
    if let program = command.first {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [program] + command.dropFirst()
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      let output = Pipe()
      process.standardOutput = output
      do {
        try process.run()
      } catch {
        throw .unauthorized("`credentialsCommand` cannot be started")
      }
      let text = String(
        decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw .unauthorized("`credentialsCommand` failed with \(process.terminationStatus)")
      }
      for line in text.split(whereSeparator: \.isNewline) {
        let parts = line.split(separator: "=", maxSplits: 1).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        if parts.count == 2 { variables[parts[0]] = parts[1] }
      }
    }
    guard let found = Auth0Credentials(variables) else {
      throw .unauthorized("there is no login")
    }
    return found
  }
}
