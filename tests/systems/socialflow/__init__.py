"""The description of Social Flow, fact by fact and in its order, on the templates."""
