import Glibc

/// An error of the system: `errno`, worded by strerror(3).
package struct SystemError: Error, Hashable, CustomStringConvertible {
  package let number: Int32

  package init(_ number: Int32) { self.number = number }

  /// Whether a folder cannot be flushed at all: it may not be read, or its file system has no such request.
  package var isOfNoFlush: Bool { number == EACCES || number == EINVAL }

  package var description: String { unsafe String(cString: strerror(number)) }
}
