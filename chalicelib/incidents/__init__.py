"""What we know: the words of the product as data, the life of an incident, and its audit trail."""
