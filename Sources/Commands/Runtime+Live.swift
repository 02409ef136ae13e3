import Foundation
import Model
import Pacing

extension Runtime {
  /// The system's clock, sleep and randomness: nothing else in the sources names them.
  static let live = Runtime(
    now: { Timestamp(Date()) }, sleep: { try? await Task.sleep(for: $0) },
    random: { Double.random(in: 0..<1) })
}
