"""Mainstay on loopback: what API Gateway does for the app, an HTTP server, and things to break behind it."""
