"""How it is kept: the only layer that uses SQLAlchemy. SQLite for one desk, PostgreSQL for a team."""
