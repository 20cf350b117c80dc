"""What is unusual about the numbers of one series, in constant memory and a few microseconds a record."""
