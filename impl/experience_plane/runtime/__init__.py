"""The Runtime port: executes one agent and emits events; it never routes and never sees a socket."""
