"""Writes. Each function is part of the caller's transaction and says what it leaves behind."""
