"""The applications of the lab: each starts, takes somebody from its own interface, and is read from outside."""
