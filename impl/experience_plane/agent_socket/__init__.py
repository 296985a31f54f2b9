"""The agent socket (asyncapi.yaml): a sans-I/O connection in an endpoint that does the I/O, and the runs behind it."""
