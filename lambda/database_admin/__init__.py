"""Rotation of the database's credentials, and the roles behind them."""
