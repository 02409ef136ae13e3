import ArgumentParser

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json }
