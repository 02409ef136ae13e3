import Glibc
import Processes
import Testing

@Suite(.serialized) struct CoreDumpsTests {
  @Test func neitherAFileNorAnotherProcessGetsTheMemory() {
    // As much as may be: what is inherited here may be nothing.
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    CoreDumps.disable()
    #expect(CoreDumps.areDisabled)
    let mayDump = CoreDumps.allowingChildren { !CoreDumps.areDisabled }
    #expect(mayDump || limit.rlim_max == 0, "a program that is started may dump its memory")
    #expect(CoreDumps.areDisabled, "again, after a program was started")
  }
}
