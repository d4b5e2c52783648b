"""What is true: people, accounts, mappings, plans and the words for them.

Pure. Nothing here reads a clock, a file, a socket or a database, and nothing here is ``async``:
time, randomness and I/O are arguments given by the layers above.
"""
