"""It is sent: each wallet's wire, and the one place where the network becomes an outcome."""
