"""Reads. Each function answers one question a face, an operation or the engine asks."""
