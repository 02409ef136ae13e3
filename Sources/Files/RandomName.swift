/// The random part of a temporary name: lower-case hex digits, so many that nobody chooses such a name.
package enum RandomName {
  package static let digitCount = 16

  package static func next() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: digitCount - digits.count) + digits
  }
}
