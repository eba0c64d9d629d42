"""The ground floor: database, bus and the few values everyone shares. It knows nothing of support."""
