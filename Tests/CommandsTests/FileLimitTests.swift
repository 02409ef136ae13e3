import Commands
import Testing

/// What is backed up can be restored.
@Suite struct FileLimitTests {
  @Test func aBackupOfTheLargestStoreIsWithinItsLimit() {
    let firstLine = 1 << 20
    let largest = FileLimit.backup - 2 << 20
    #expect(FileLimit.allowsBackup(ofStore: largest))
    #expect(!FileLimit.allowsBackup(ofStore: largest + 1))
    let chunks = (largest + (1 << 20) - 1) >> 20
    #expect(firstLine + largest + chunks * 28 <= FileLimit.backup)
  }
}
