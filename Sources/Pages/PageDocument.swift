import Diagnostics
import Model
import Planning
import Reports

/// The data of a page as its script, and other programs, read it.
struct PageDocument: Encodable, Sendable {
  let formatVersion = "1.0"
  let project: String
  let mode: VaultPage.Mode
  private(set) var madeAt: String
  let toolVersion: String
  let commit: String?
  let environments: [PageEnvironment]
  /// By environment, then by name.
  let connections: [PageConnection]
  let flows: [PageFlow]
  let people: [Person]
  let faults: [DiagnosticForm]
  let write: PageWriteAccess?

  struct Person: Encodable {
    let fingerprint: String?
    let name: String?
    /// The ids of the keys that messages name.
    let keys: [String]
    let state: PagePerson.State
    let expiresAt: String?
    let paths: [String]

    init(_ person: PagePerson) {
      fingerprint = person.fingerprint
      name = person.name
      keys = person.keyIDs.sorted()
      state = person.state
      expiresAt = person.expiresAt?.description
      paths = person.paths
    }

    /// A key that no recipient has; all zeros for a hidden one.
    init(keyID: String) {
      fingerprint = nil
      name = nil
      keys = [keyID]
      state = .unknown
      expiresAt = nil
      paths = []
    }
  }

  init(
    project: String, edition: VaultPage.Edition, views: [PageView], people: [PagePerson],
    faults: [Diagnostic], access: PageWriteAccess?
  ) {
    write = access
    self.project = project
    mode = edition.mode
    madeAt = edition.madeAt.description
    toolVersion = edition.toolVersion
    commit = edition.commit
    environments = views.map { PageEnvironment($0.planned) }
    let strangers = Self.strangers(views, known: people)
    self.people = people.map(Person.init) + strangers.map(Person.init(keyID:))
    let numbers = Dictionary(
      people.enumerated().flatMap { number, person in person.keyIDs.map { ($0, number) } }
        + strangers.enumerated().map { ($1, people.count + $0) }
    ) { first, _ in first }
    connections = views.enumerated().flatMap { number, view in
      PageConnectionBuilder(view, number: number, people: numbers).connections()
    }
    flows = views.enumerated().flatMap { number, view in
      FlowGraph(view.flows, desired: view.desired, catalog: view.catalog).flows.map {
        PageFlow($0, environment: number)
      }
    }
    self.faults = faults.map(DiagnosticForm.init)
  }

  var undated: PageDocument {
    var document = self
    document.madeAt = ""
    return document
  }

  /// The keys that values are addressed to and that nobody in the list has, sorted.
  private static func strangers(_ views: [PageView], known people: [PagePerson]) -> [String] {
    let known = people.reduce(into: Set<String>()) { $0.formUnion($1.keyIDs) }
    let named = views.flatMap(\.desired).flatMap { connection in
      connection.setup?.sealed.values.flatMap(\.keyIDs) ?? []
    }
    return Set(named).subtracting(known).sorted()
  }
}
