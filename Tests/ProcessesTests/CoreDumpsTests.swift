import Processes
import Testing

@Suite(.serialized) struct CoreDumpsTests {
  @Test func neitherAFileNorAnotherProcessGetsTheMemory() {
    CoreDumps.disable()
    #expect(CoreDumps.areDisabled)
    #expect(CoreDumps.allowingChildren { 4711 } == 4711)
    #expect(CoreDumps.areDisabled, "again, after a program was started")
  }
}
