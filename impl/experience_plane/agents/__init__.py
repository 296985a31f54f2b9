"""The agents: who answers (routing, pure), what they know, and the engine that lets one answer."""
