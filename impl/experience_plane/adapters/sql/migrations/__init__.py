"""The schema's history, applied by `experience_plane.adapters.sql.schema`."""
