/// Whether a pattern with stars matches all of an input.
///
/// It remembers the last star and comes back to it, so the work is bounded by pattern × input.
package func wildcardMatch<Element>(
  _ pattern: ArraySlice<Element>, _ input: ArraySlice<Element>,
  isStar: (Element) -> Bool, matchesOne: (Element, Element) -> Bool
) -> Bool {
  var wanted = pattern.startIndex
  var given = input.startIndex
  var retry: (wanted: Int, given: Int)?
  while given < input.endIndex {
    if wanted < pattern.endIndex, isStar(pattern[wanted]) {
      retry = (wanted + 1, given)
      wanted += 1
    } else if wanted < pattern.endIndex, matchesOne(pattern[wanted], input[given]) {
      wanted += 1
      given += 1
    } else if let last = retry {
      retry = (last.wanted, last.given + 1)
      wanted = last.wanted
      given = last.given + 1
    } else {
      return false
    }
  }
  return pattern[wanted...].allSatisfy(isStar)
}
