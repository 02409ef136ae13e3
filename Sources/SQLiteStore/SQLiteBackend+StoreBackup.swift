package import Stores

extension SQLiteBackend: StoreBackup {
  package func copy(to path: String) throws(StoreError) { try file.copy(to: path) }
  package func check() throws(StoreError) -> Int { try file.check() }
  package func check(_ path: String) throws(StoreError) -> Int {
    try SQLiteFile(path: path).check()
  }
  package func requireVacancy() throws(StoreError) { try file.requireVacancy() }
  package func install(_ path: String) throws(StoreError) { try file.install(path) }
  package func folder() throws(StoreError) -> String { try file.madeFolder() }
}
