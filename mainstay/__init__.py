"""The operator's side: the command line, the demo, and AWS on a laptop. Never shipped to Lambda."""
