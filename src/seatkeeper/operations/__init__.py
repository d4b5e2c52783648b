"""One function for each thing an IdP or a person may ask for, done in one transaction.

Faces open the transaction and call these; nothing else writes on behalf of somebody.
"""
