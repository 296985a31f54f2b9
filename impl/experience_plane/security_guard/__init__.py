"""The one door to identity: handlers call `SecurityGuard`, and it alone calls the ports behind it."""
