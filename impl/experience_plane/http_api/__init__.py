"""The HTTP half of the contract: one module per tag fills in the generated services."""
