"""Conversations: the log that is their truth, and the history that is read from it."""
