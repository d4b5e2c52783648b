"""Carrying jobs out: what is wanted against what is seen, step by step, proven by reading back.

One run at a time per integration (``run``), woken by hints and by a sweep. Owns attempts, retries,
quarantine and holds; leaves what is wanted to ``core`` and every call to an app to its connector.
"""
