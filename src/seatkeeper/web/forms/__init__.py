"""What forms hold between being sent and being kept: as it was typed, with what is wrong beside it.

The wizard and the settings share them. Nothing here reads or writes the store.
"""
