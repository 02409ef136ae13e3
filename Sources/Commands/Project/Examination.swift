import Diagnostics
import Foundation
import GitPlumbing
import Manifests
import Model
import OpenPGP
import Reports
import Stores

/// Looks at everything that vaultctl needs, one after the other; nothing is changed.
struct Examination {
  let global: GlobalOptions
  let console: Console

  /// 1. gpg answers.
  /// 2. git answers, and the project is in a repository.
  /// 3. There is a project, and its manifests have no errors.
  /// 4. Its settings are trusted.
  /// 5. Its recipients' keys can be used, and one of them opens values here.
  /// 6. Each store can be read.
  ///
  /// What depends on something that failed is not checked.
  func report() async -> DoctorReport {
    let gpg = await gpg()
    var checks = [gpg, git()]
    guard let workspace = found(&checks) else {
      return DoctorReport(checks: checks + skipped(["trust", "keys", "store"], because: "project"))
    }
    checks.append(trust(workspace))
    checks += gpg.isProblem ? skipped(["keys"], because: "gpg") : [await keys(workspace)]
    if case .refused = workspace.trust {
      checks += skipped(["store"], because: "trust")
    } else {
      for workspace in workspace.withStores { checks.append(await store(workspace)) }
    }
    return DoctorReport(checks: checks)
  }

  private func skipped(_ names: [String], because other: String) -> [DoctorReport.Check] {
    names.map { DoctorReport.Check($0, .skipped("not checked, because of `\(other)`")) }
  }

  private func gpg() async -> DoctorReport.Check {
    let engine = PGPEngine(GPGSettings(isInteractive: console.letsGPGAsk))
    do throws(GPGUnavailable) {
      let keys = try await engine.secretKeys().count { $0.state == .usable }
      let count = counted(keys, "usable secret key")
      return DoctorReport.Check("gpg", .fine("it answers; \(count)"))
    } catch {
      return DoctorReport.Check("gpg", [Diagnostic(error)])
    }
  }

  private func git() -> DoctorReport.Check {
    let folder = (try? ProjectRoot.find(global.project)) ?? FileManager.default.currentDirectoryPath
    let git = Git(folder: folder, logger: console.logger)
    do {
      let version = try git.line(["version"])
      guard let repository = GitHead.repository(above: folder) else {
        return DoctorReport.Check(
          "git", .problem("the folder is in no repository", fixes: ["create one: git init"]))
      }
      return DoctorReport.Check("git", .fine("\(version); repository \(repository)"))
    } catch {
      return DoctorReport.Check("git", [Diagnostic(error)])
    }
  }

  private func found(_ checks: inout [DoctorReport.Check]) -> Workspace? {
    do {
      let workspace = try Workspace.load(global)
      let errors = workspace.contents.allDiagnostics.filter { $0.severity == .error }
      guard errors.isEmpty else {
        checks.append(
          DoctorReport.Check(
            "project",
            .problem(
              errors[0].message + (errors.count > 1 ? " (and \(errors.count - 1) more)" : ""),
              fixes: ["see all of them: vaultctl validate"])))
        return workspace
      }
      checks.append(
        DoctorReport.Check(
          "project",
          .fine(
            "`\(workspace.project.name)` in \(workspace.files.root); "
              + counted(workspace.state.connections.count, "connection"))))
      return workspace
    } catch {
      checks.append(DoctorReport.Check("project", Failure(error, outcome: .failed).diagnostics))
      return nil
    }
  }

  private func trust(_ workspace: Workspace) -> DoctorReport.Check {
    switch workspace.trust {
    case .granted: DoctorReport.Check("trust", .fine("the project's settings may be used"))
    case .refused(let fault): DoctorReport.Check("trust", [fault])
    }
  }

  private func keys(_ workspace: Workspace) async -> DoctorReport.Check {
    let keyring = Keyring.standard(workspace.project, console: console)
    do {
      let faults = try await keyring.faults()
      if !faults.isEmpty { return DoctorReport.Check("keys", faults) }
      let texts = workspace.project.allRecipients.map(\.text)
      let own = try await keyring.secretKeys().first { texts.contains($0.fingerprint.rawValue) }
      let count = counted(texts.count, "recipient")
      guard let own else {
        return DoctorReport.Check(
          "keys",
          .problem(
            "\(count), and none of their secret keys is in your keyring",
            fixes: [
              "ask a recipient to add your key: vaultctl recipients add FINGERPRINT",
              "without it you can plan and seal, but not open, apply or rekey",
            ]))
      }
      return DoctorReport.Check("keys", .fine("\(count); you are \(KeyPerson(own))"))
    } catch {
      return DoctorReport.Check("keys", Failure(error, outcome: .failed).diagnostics)
    }
  }

  private func store(_ workspace: Workspace) async -> DoctorReport.Check {
    let name = workspace.environment.map { "store \($0.name)" } ?? "store"
    do {
      let session = try SessionFactory(console: console, reportsUntrusted: false)
        .session(for: workspace)
      let snapshot = try await session.read()
      return DoctorReport.Check(
        name,
        .fine(
          "\(session.store.description) can be read; "
            + counted(snapshot.actual.count, "connection")))
    } catch {
      return DoctorReport.Check(
        name, Failure(error, outcome: .failed).diagnostics.inScope(workspace.scope))
    }
  }
}

extension DoctorReport.Check {
  /// - Parameter faults: at least one.
  fileprivate init(_ name: String, _ faults: [Diagnostic]) {
    let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
    self.init(
      name,
      .problem(
        (faults.first.map { ([$0.message] + $0.notes).joined(separator: "; ") } ?? "") + more,
        fixes: faults.flatMap(\.help)))
  }
}
