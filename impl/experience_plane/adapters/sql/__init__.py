"""SQLite and PostgreSQL through one body of SQLAlchemy Core."""
