import Encodings
import Model

extension StoreID {
  static func random() -> StoreID {
    // Two calls of the system's generator; a byte at a time would be sixteen.
    var generator = SystemRandomNumberGenerator()
    let halves: [UInt64] = [generator.next(), generator.next()]
    return StoreID(
      hexadecimal(halves.flatMap { half in unsafe withUnsafeBytes(of: half) { unsafe Array($0) } }))
  }
}
