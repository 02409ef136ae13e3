package import Stores

extension SQLiteBackend: StoreBackup {
  package func copy(to path: String) throws(StoreError) { try file.copy(to: path) }
  package func check() throws(StoreError) -> Int { try file.check() }
  package func check(_ path: String) throws(StoreError) -> Int {
    try SQLiteFile(path: path).check()
  }
  package func requireVacancy() throws(StoreError) { try file.requireVacancy() }
  package func install(_ path: String) throws(StoreError) { try file.install(path) }
  package func makeCopyFolder(removingAbandoned: Bool) throws(StoreError) -> CopyFolder {
    try file.makeCopyFolder(removingAbandoned: removingAbandoned)
  }

  package func contentCheck(of path: String?) async throws(StoreError) -> StoreContentCheck {
    let file = path.map { SQLiteFile(path: $0) } ?? file
    let text = try file.reading(.store, ifAbsent: nil) { db in try SQLiteKeyStorage.text(in: db) }
    let opened: StoreKey? =
      if let text { try await key.openIfAvailable(text) } else { nil }
    return try file.reading(.store, ifAbsent: StoreContentCheck(faults: [])) { db in
      if text == nil {
        return try CodeState.exists(in: db)
          ? StoreContentCheck(faults: [ContentFault(nil, "its key is missing")])
          : StoreContentCheck(
            faults: [], doubt: "it has no secret yet, and so no key that shows who wrote it")
      }
      guard let opened, try opened.isCurrent(in: db), let check = try CodeCheck(db, opened) else {
        return StoreContentCheck(faults: [], doubt: Self.doubt(opened) ?? "its key was replaced")
      }
      let faults = try Self.faults(check)
      return StoreContentCheck(
        faults: faults.isEmpty ? try SealedContentCheck(check: check).faults() : faults)
    }
  }
}
