"""Mainstay: hears of a failure, works out what it means, repairs it or asks a person, and proves it."""
