"""The audit log: who changed people, access, settings and the ownership of tickets."""
