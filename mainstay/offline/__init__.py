"""Commands that work on files alone: no AWS, no network."""
