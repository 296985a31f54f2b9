# Generated from contracts/ by `make generate`. Do not edit.
"""The contracts as Python: models, routers, socket stubs, monitor, problem types, documents."""
