"""What the documents quote, measured. Each program prints a table, or one document with ``--json``.

None of them judges a time: machines differ.
"""
