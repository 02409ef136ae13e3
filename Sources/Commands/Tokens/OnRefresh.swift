import ArgumentParser

/// What `exec` does with its command when a token was renewed.
enum OnRefresh: String, CaseIterable, ExpressibleByArgument {
  case signal, restart
}
