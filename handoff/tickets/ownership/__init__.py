"""Who holds a ticket: claims, their end, handing over and assignment."""
