"""The console channel: `frontdesk chat`, one person at a terminal."""
