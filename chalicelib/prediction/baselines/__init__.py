"""What is usual: rates by time of day and week, gaps, shares of levels, numbers. All of it forgets."""
