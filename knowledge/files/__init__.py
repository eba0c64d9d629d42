"""Files of the knowledge base: reading, planning a load, writing."""
