"""The description of daadaar, fact by fact and in its order, on the templates."""
