"""The graph proof: who can reach whom and who may do what, against what the file declares."""
