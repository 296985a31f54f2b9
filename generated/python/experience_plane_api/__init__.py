# Generated from contracts/ by `make generate`. Do not edit.
"""The contracts as Python: models, routers, the socket's stubs and monitor, problem types, bundled documents."""
