"""The grammar of a system file, as frozen typed models (pydantic)."""
