import Diagnostics
import Testing

@Suite struct DiagnosticCodeTests {
  @Test func whatHidesAPartOfAFileIsAboutReading() {
    let reading: [DiagnosticCode] = [
      .fileTooLarge, .invalidYAML, .unreadableFile, .valueNotEditable,
    ]
    let others: [DiagnosticCode] = [
      .wrongAPIVersion, .formerNameTaken, .projectNotFound, .plaintextSecret,
    ]
    #expect(reading.allSatisfy { $0.isAboutReading })
    #expect(!others.contains { $0.isAboutReading })
  }
}
