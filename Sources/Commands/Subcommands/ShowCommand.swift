import Applying
import ArgumentParser
import Diagnostics
import Manifests
import Model
import Reports
import SQLiteStore
import Stores

struct ShowCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One connection: declared, stored, and its history.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The connection.") var name: String

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global.project)
    let session = Session(workspace, console: console)
    let snapshot = try await session.read()
    let name = ConnectionName(name)
    let document = name.flatMap { workspace.state.document($0)?.document }
    let actual = name.flatMap { snapshot.actual[$0] }
    guard let name, document != nil || actual != nil else {
      _ = try workspace.document(self.name)
      return .failed
    }
    let events: [StoreEvent]
    do throws(StoreError) {
      events = try await session.store.events(of: name)
    } catch {
      throw Failure(Diagnostic(error, in: session.store.description))
    }
    console.result(
      ConnectionText(palette: console.palette).text(
        name: name, declared: document?.desired, app: document?.app?.id ?? actual?.app,
        actual: actual, applied: snapshot.applied[name],
        events: events.map {
          ConnectionText.Event(at: $0.at, who: $0.who, what: $0.what, commit: $0.commit)
        }))
    return .fine
  }
}
