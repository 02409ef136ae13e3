import Commands
import Model
import Reports
import Testing

@Suite struct EventQueueTests {
  private func line(_ connection: String) -> EventLine {
    EventLine(
      .applied, connection: connection, at: Timestamp(milliseconds: 0), who: nil, version: nil)
  }

  @Test func aFullQueueDropsTheNewestAndKeepsTheOrder() async {
    let queue = EventQueue(limit: 2)
    #expect(["a", "b", "c"].map { queue.add(line($0)) } == [true, true, false])
    queue.end()
    #expect(await queue.lines.reduce(into: []) { $0.append($1.connection) } == ["a", "b"])
  }

  @Test func whatWasTakenMakesRoom() async {
    let queue = EventQueue(limit: 1)
    var lines = queue.lines.makeAsyncIterator()
    #expect(queue.add(line("a")) && !queue.add(line("b")))
    #expect(await lines.next()?.connection == "a")
    #expect(queue.add(line("c")))
    queue.end()
    #expect(await lines.next()?.connection == "c")
    #expect(await lines.next() == nil)
  }
}
