"""Rules that read synthesized templates: the graph proof, rules of our own, and others' tools."""
