import Glibc

/// An error of the system: `errno`, worded by strerror(3).
package struct SystemError: Error, Hashable, CustomStringConvertible {
  package let number: Int32

  package init(_ number: Int32) { self.number = number }

  package var description: String { unsafe String(cString: strerror(number)) }
}
