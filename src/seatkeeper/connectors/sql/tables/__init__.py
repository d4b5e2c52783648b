"""Table mode: accounts are rows of one table, roles and groups hang on them by join tables."""
