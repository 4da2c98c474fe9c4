"""The app as a whole: what holds for every environment, and the commands that people run."""
