import Model
import OpenPGP
import Reports

/// Who sealed values are addressed to, before and after a change, by their messages' own key ids.
struct ReviewReaders {
  let readers: [ReviewReader]
  /// Recipients of the project whose keys nobody here knows, so that no id can be theirs for sure.
  let unknownRecipients: [String]
  let countBefore: Int
  let countAfter: Int

  private typealias Access = [String: Set<FieldAddress>]

  /// - Parameters:
  ///   - before: `nil` if the change is compared with nothing.
  ///   - recipients: of the environment, after the change.
  init(
    before: [DesiredConnection]?, after: [DesiredConnection], recipients: [String],
    directory: (Set<String>, Set<String>) async throws -> KeyDirectory
  ) async throws {
    let names = Self.newNames(before ?? [], after)
    let old = Self.messages(before ?? []).map { address, message in
      (FieldAddress(names[address.connection] ?? address.connection, address.field), message)
    }
    let new = Self.messages(after)
    countBefore = old.count
    countAfter = new.count
    let declared = recipients.map { Fingerprint($0)?.rawValue ?? $0 }
    let ids = Set((old + new).flatMap { $0.1.keyIDs })
    let directory = try await directory(ids, Set(declared))
    let people = Dictionary(ids.map { ($0, directory.person($0)) }) { first, _ in first }
    let own = Dictionary(declared.map { ($0, directory.person($0)) }) { first, _ in first }
    unknownRecipients = own.values.filter { $0.userID == nil }.map(\.key).sorted()

    let oldAccess = Self.access(old, people)
    let newAccess = Self.access(new, people)
    let kept = Set(old.map(\.0)).intersection(new.map(\.0))
    var all: [String: KeyPerson] = [:]
    for person in own.values where person.userID != nil { all[person.key] = person }
    for person in people.values { all[person.key] = person }
    let isIncomplete = !unknownRecipients.isEmpty
    readers = all.values.map { person in
      let was = oldAccess[person.key] ?? []
      let now = newAccess[person.key] ?? []
      return ReviewReader(
        name: person.description,
        standing: own[person.key] != nil
          ? .recipient : isIncomplete && person.userID == nil ? .undecided : .stranger,
        before: before.map { _ in was.count }, after: now.count,
        gained: now.subtracting(was).intersection(kept).sorted(),
        lost: was.subtracting(now).intersection(kept).sorted())
    }.sorted(by: ReviewReader.inReadingOrder)
  }

  /// The present names of connections that were renamed.
  private static func newNames(
    _ before: [DesiredConnection], _ after: [DesiredConnection]
  ) -> [ConnectionName: ConnectionName] {
    let old = Set(before.map(\.name))
    let new = Set(after.map(\.name))
    let renamed = after.filter { !old.contains($0.name) }.compactMap { connection in
      connection.formerNames.first { old.contains($0) && !new.contains($0) }
        .map { ($0, connection.name) }
    }
    return Dictionary(renamed) { first, _ in first }
  }

  private static func messages(
    _ connections: [DesiredConnection]
  ) -> [(FieldAddress, SealedMessage)] {
    connections.flatMap { connection in
      (connection.setup?.sealed ?? [:]).map { (FieldAddress(connection.name, $0.key), $0.value) }
    }
  }

  private static func access(
    _ messages: [(FieldAddress, SealedMessage)], _ people: [String: KeyPerson]
  ) -> Access {
    messages.reduce(into: [:]) { access, item in
      for id in item.1.keyIDs { access[people[id]?.key ?? id, default: []].insert(item.0) }
    }
  }
}
