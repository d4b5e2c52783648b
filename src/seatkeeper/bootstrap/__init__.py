"""Putting the parts together: settings, logging, the web process and the worker.

The only reader of the environment and of the clock.
"""
