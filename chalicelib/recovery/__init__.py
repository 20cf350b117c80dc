"""What we do: plan, execute, verify, undo."""
