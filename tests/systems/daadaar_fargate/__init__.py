"""The description of daadaar on Fargate, fact by fact and in its order, on the templates."""
