"""The operator's side of Mainstay: the command line, the demo, and AWS on a laptop. Never shipped to Lambda."""
