import Parallelism
import Testing

@Suite struct ConcurrentMapTests {
  @Test(arguments: [0, 1, 15, 16, 31, 32, 1_000, 4_097])
  func theResultIsThatOfMap(count: Int) {
    let numbers = Array(0..<count)
    #expect(numbers.concurrentMap { $0 * 3 } == numbers.map { $0 * 3 })
  }

  @Test func aSliceKeepsItsOrder() {
    let slice = Array(0..<2_000)[500..<1_500]
    #expect(slice.concurrentMap { "\($0)" } == slice.map { "\($0)" })
  }
}
