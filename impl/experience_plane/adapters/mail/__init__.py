"""Ways for mail to leave the service."""
