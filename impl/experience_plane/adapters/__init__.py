"""The concrete side of the ports: SQL storage and the Runtimes."""
