"""The service: fills the generated stubs in with identity, agents and the conversation log."""
