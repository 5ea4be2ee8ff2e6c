import ArgumentParser

@main struct Skep: ParsableCommand {}
