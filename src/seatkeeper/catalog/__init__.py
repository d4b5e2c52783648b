"""The apps Seatkeeper knows: one manifest each, in ``apps`` or in a directory of the installation.

A manifest says which connector speaks to the app, what a new integration starts with, and what people should
know. It becomes a connector of its own (``engine.registry``), named like the app; nothing lists the apps.
"""
