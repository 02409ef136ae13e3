import Commands
import Diagnostics
import Testing

@Suite struct StoreAbsenceTests {
  @Test func isReportedOnceWhenItBeginsAndOnceWhenItEnds() {
    var absence = StoreAbsence()
    #expect(absence.ended() == 0)
    let away = Diagnostic(
      .storeUnavailable, "the store cannot be used", notes: ["connection refused"])
    let sealed = Diagnostic(.storeUnavailable, "the store cannot be used", notes: ["it is sealed"])
    var pauses: [Duration] = []
    for number in 0..<20 {
      let (new, pause) = absence.failed([away], fraction: 0.5)
      #expect(new.count == (number == 0 ? 1 : 0))
      pauses.append(pause)
    }
    #expect(pauses.first.map { $0 >= .milliseconds(500) && $0 <= .seconds(1) } ?? false)
    #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(pauses.allSatisfy { $0 <= .seconds(60) })
    #expect(absence.failed([sealed], fraction: 0.5).new == [sealed])
    #expect(absence.ended() == 21)
    #expect(absence.ended() == 0)
    // Another absence is reported again.
    #expect(absence.failed([sealed], fraction: 0.5).new == [sealed])
  }
}
