"""``make screenshots``: a believable company, and pictures of the main pages for README and docs.

Real apps and a real identity provider's words stand behind every row that is seen. Never shipped.
"""
