import Diagnostics
import Testing

@Suite struct ExplanationTests {
  @Test func everyCodeHasAnExplanationOfItsOwn() {
    let explanations = DiagnosticCode.allCases.map(\.explanation)
    #expect(Set(explanations).count == DiagnosticCode.allCases.count)
    #expect(explanations.allSatisfy { !$0.title.hasSuffix(".") && $0.text.hasSuffix(".") })
  }
}
